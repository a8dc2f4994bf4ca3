/* Freezing by lease: the tree thaws by itself when the lease ends, or when the client that asked for it goes away. */
#ifndef SHIM_FREEZE_H
#define SHIM_FREEZE_H

#include "types.h"

/* Returns 0, and the answer follows once everybody stands still or the attempt is over; or -errno at once. */
long freeze_for(u32 peer, u32 seq, u32 lease_ms);

/* Thaws. Who still waits for an answer gets WHY, a -errno. */
void freeze_end(long why);

/* As freeze_end, for a tree that is about to be killed: nobody of it has to run for that. */
void freeze_end_by_kill(void);

/* The client is gone. */
void freeze_forget(u32 peer);

/* Goes on freezing, thaws when no lease is left; returns when to look again. */
u64 freeze_step(u64 now);
int freeze_is_on(void);

/* Somebody is held by a stop signal, so that SIGCONT would let him go. */
int freeze_is_by_signals(void);

#endif
