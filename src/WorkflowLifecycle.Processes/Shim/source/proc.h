/* What /proc says about processes. Everything here may fail at any moment; nothing here is a proof of absence. */
#ifndef SHIM_PROC_H
#define SHIM_PROC_H

#include "types.h"

struct process { i32 parent; char state; u32 threads; u64 start; };

typedef void (*found_child)(i32 child, i32 parent);

/* Keeps /proc open for the whole run, so that neither a full descriptor table nor an unmount blinds the ending. */
void proc_open(void);
int proc_usable(void);

/* Closes every descriptor from FIRST up that this process has. */
void proc_close_descriptors(u32 first);

long proc_read(i32 pid, struct process *process);

/* Exited, with no thread left; a leader in state Z may still have living threads. */
int process_is_dead(const struct process *process);

/* Every thread of it is stopped, held by a tracer or gone: none runs an instruction before somebody lets it. */
int proc_stands_still(i32 pid, const struct process *process);

/* The kernel lists children: all descendants can be found, not only our own children. */
int proc_lists_children(void);

/* Calls FOUND for each child of each thread of PID, as the kernel lists them just now. */
void proc_children(i32 pid, found_child found);

/* Opens a file of the calling process, by a name that holds in every PID namespace. Returns a descriptor or -errno. */
long proc_open_own(const char *file);
long proc_open_own_for_writing(const char *file);

/* Reads the cgroup v2 path of a process ("self" when PID is 0) into PATH; returns its length or -errno. */
long proc_cgroup_path(i32 pid, char *path, size capacity);

#endif
