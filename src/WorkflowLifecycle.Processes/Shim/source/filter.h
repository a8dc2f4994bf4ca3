/*
 * What Landlock does not see. A process can be born in another cgroup, for which no file is opened for writing; and a mount can be copied
 * without what is mounted on it, which uncovers the run directory, or be made writable again.
 */
#ifndef SHIM_FILTER_H
#define SHIM_FILTER_H

/*
 * From here on clone3 answers ENOSYS, as old kernels do: every C library then uses clone. The newer mount calls answer EPERM, as Landlock
 * lets mount(2) do. Returns 0 or -errno.
 */
long filter_refuse_ways_around(void);

#endif
