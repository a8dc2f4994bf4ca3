/* What a launch asks for beyond being held. Nothing of this runs, not one system call, unless it was asked for. */
#ifndef SHIM_HARDENING_H
#define SHIM_HARDENING_H

#include "types.h"

/* Before READY: finds out what can be had, so that READY can say what will be in force. Returns 0, or -errno with the stage. */
long hardening_check(u32 *stage);

/* In the child, while its working directory still is the run directory: its own view of the mounts. */
long hardening_change_mounts(u32 *stage);

/* In the child, last before exec: what it can't undo. */
long hardening_restrict(u32 *stage);

#endif
