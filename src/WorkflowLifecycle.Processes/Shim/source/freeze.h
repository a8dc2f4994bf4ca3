/* Freezing by lease: the tree thaws by itself when the lease ends, or when the client that asked for it goes away. */
#ifndef SHIM_FREEZE_H
#define SHIM_FREEZE_H

#include "types.h"

/* Returns 0 or -errno. */
long freeze_for(u32 peer, u32 lease_ms);
void freeze_end(void);

/* Thaws when no lease is left; returns when to look again. */
u64 freeze_check(u64 now);
int freeze_is_on(void);

#endif
