/* Stop signals: how a tree stands still where no cgroup can freeze it, or not all of it. */
#ifndef SHIM_STOP_H
#define SHIM_STOP_H

#include "types.h"

/* Begins to look at the whole tree. What was stopped before stays remembered. BY_CGROUP: who is not outside the cgroup is held by it. */
void stop_begin(int by_cgroup);

/*
 * Stops whoever moves, from the shim downwards: nobody is stopped before the one above him stands still. Returns 1 once a look at the
 * whole tree found nobody moving, 0 when it has to be called again, -errno when somebody can't be stopped.
 */
long stop_advance(u64 until);

/* When (monotonic) something was last seen to change. */
u64 stop_last_progress(void);

/* How many were stopped, and not let go since. */
u32 stop_count(void);

/* Lets exactly those go on, children before their parents. */
void stop_release(void);

/* Forgets them as they are: they are about to be killed. */
void stop_forget(void);

#endif
