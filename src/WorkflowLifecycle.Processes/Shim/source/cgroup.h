/* The run's cgroup, reached only through the directory descriptor that was given: a path could name another one by now. */
#ifndef SHIM_CGROUP_H
#define SHIM_CGROUP_H

#include "types.h"

/* Opens what the ending needs, so that it needs no free descriptor then. Returns 0 or -errno. */
long cgroup_open(void);

/* The descriptor by which a process puts itself in (writes "0"); -1 without a cgroup. */
i32 cgroup_join_descriptor(void);

/* 1 somebody is inside, 0 nobody, -errno unknown. Unknown is never taken for empty. */
long cgroup_populated(void);

/* Leaves the run's cgroup if somebody put the shim in: it must survive the kill to reap and to report. */
void cgroup_step_out(void);

/* Kills everybody inside; pids one by one where the kernel has no cgroup.kill. */
void cgroup_kill(void);

/* Kernels from 5.2 on. */
int cgroup_can_freeze(void);

/* Gives the order; returns 0 or -errno. */
long cgroup_freeze(int frozen);

/* The order was carried out: everybody inside stands still. */
int cgroup_is_frozen(void);

/* The path as processes inside see it, for telling who is outside. */
void cgroup_set_path(const char *path, size length);
int cgroup_is_outside(i32 pid);

#endif
