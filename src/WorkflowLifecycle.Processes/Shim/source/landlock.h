/* Landlock: no cgroupfs can be written, nobody outside can be signalled or traced; all other files stay as they were. */
#ifndef SHIM_LANDLOCK_H
#define SHIM_LANDLOCK_H

#include "types.h"

/* The kernel's ABI, or -errno; -E_NOTSUP for one that would break renaming across directories. */
long landlock_version(void);

/* Restricts the calling process and its descendants, for ever. Returns 0 or -errno; never less than was asked for. */
long landlock_restrict(void);

#endif
