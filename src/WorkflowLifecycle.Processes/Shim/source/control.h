/* Who talks with the shim: the host over its channel, others over the socket `ctl`. Nobody can make the shim wait. */
#ifndef SHIM_CONTROL_H
#define SHIM_CONTROL_H

#include "types.h"

enum { PEER_HOST = 0, PEERS_MOST = 33 };

/* Binds `ctl` in the current directory. Returns 0 or -errno. */
long control_open(void);

/* The listening socket, or -1 while accepting makes no sense; then the time at which it may again, else NEVER. */
i32 control_listener(void);
u64 control_listens_again_at(void);
void control_accept(void);

/* The descriptor of a peer (-1 when the place is free) and the poll events it is waited for. */
i32 control_peer(u32 peer, short *events);
u32 control_clients(void);

/* Handles at most one request of a peer, after sending what it was owed. */
void control_serve(u32 peer, short ready);
void control_drop(u32 peer);

/* For the one request being handled. */
void control_reply(u32 peer, u16 type, u32 seq, const void *payload, size length);

/* Events, to the host and to everybody who watches. */
void control_tell_ready(void);
void control_tell_exit(void);
void control_tell_empty(void);
void control_tell_output(void);
void control_tell_notify(const char *text, size length);
void control_watch(u32 peer);
void control_send_empty(u32 peer);

/* Leases end with their client. */
void control_set_lease(u32 peer, u64 until);
u64 control_latest_lease(void);
void control_clear_leases(void);

/* Removes the sockets that were bound. */
void control_close(void);

#endif
