/* The phases of the run: the launch's result, reaping, and the root program's exit. */
#ifndef SHIM_RUN_H
#define SHIM_RUN_H

#include "types.h"

/* Looks whether the launch came to a result and answers GO. */
void run_check_launch(void);

/* Reaps what has ended, a bounded number at a time. Returns how many; shim.no_children says whether anybody is left. */
u32 run_reap(void);

#endif
