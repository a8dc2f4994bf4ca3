/* Where cgroup file systems are mounted, in the mount namespace of whoever asks. */
#ifndef SHIM_MOUNTS_H
#define SHIM_MOUNTS_H

#include "types.h"

enum { CGROUP_MOUNTS_MOST = 256 };

/* Reads the mount points. Returns how many there are, or -errno: a list that is not whole is an error. */
long mounts_find_cgroups(const char *paths[CGROUP_MOUNTS_MOST]);

#endif
