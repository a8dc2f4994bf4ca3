/* The readiness protocol of systemd: what matters of it is remembered while no host listens. */
#ifndef SHIM_NOTIFY_H
#define SHIM_NOTIFY_H

#include "types.h"

/* Binds `notify` in the current directory. Returns 0 or -errno. */
long notify_open(void);
i32 notify_socket(void);

/* Takes a bounded number of datagrams. */
void notify_receive(void);
void notify_close(void);

#endif
