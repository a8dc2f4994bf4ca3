#ifndef SHIM_LAUNCH_H
#define SHIM_LAUNCH_H

#include "types.h"

/* Clones the program into its cgroup. Returns 0 or -errno with the stage that failed; the rest of the answer comes through the pipe. */
long launch_begin(u32 *stage);

/* Readable when the child reported a failure, or executed (end of file); -1 when there is no launch under way. */
i32 launch_pipe(void);

enum launch_results { LAUNCH_PENDING, LAUNCH_STARTED, LAUNCH_FAILED };
enum launch_results launch_result(u32 *stage, i32 *error);

#endif
