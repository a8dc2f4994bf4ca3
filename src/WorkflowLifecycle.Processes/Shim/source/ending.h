/* The end of the tree: leftovers, the ending, and the proof that nothing is left. */
#ifndef SHIM_ENDING_H
#define SHIM_ENDING_H

#include "types.h"

void ending_begin(u32 by);

/* The first moments of an ending, in which nothing may wait for a disk. */
int ending_is_urgent(u64 now);

/* The leftover policy does not begin to end before that moment (monotonic): somebody is waiting for the tree to leave by itself. */
void ending_be_patient(u64 until);

/* Does what is due and returns when (monotonic) to be called again at the latest. REAPED: how many were reaped since the last call. */
u64 ending_step(u64 now, u32 reaped);

#endif
