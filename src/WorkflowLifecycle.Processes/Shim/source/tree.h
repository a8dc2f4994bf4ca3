/* The shim's descendants: found through /proc, checked before each signal, remembered by number and start time. */
#ifndef SHIM_TREE_H
#define SHIM_TREE_H

#include "types.h"

struct signal_count { u32 signalled, failed; i32 first_errno; };

/* Sends SIGNO once to every living descendant, each time followed by SIGCONT when wanted. */
struct signal_count tree_signal(i32 signo, int then_continue);

/* Living descendants just now. */
u32 tree_count(void);

/* Begins a sweep anew: what was killed before and still lives is looked at again. */
void tree_sweep_restart(void);

/*
 * Stops every descendant that is found, then kills it, until nothing new is found or the time is up.
 * Returns 1 when the round is complete, 0 when it has to be called again. KILLED grows by each new SIGKILL.
 */
int tree_sweep(u64 until, u32 *killed);

/* The shim reaped PID: from here on its number may belong to anybody. */
void tree_forget(i32 pid);

#endif
