#include "control.h"
#include "freeze.h"
#include "host.h"
#include "messages.h"
#include "requests.h"
#include "shim.h"

enum { HELD_MOST = sizeof(struct message_header) + sizeof(struct status_payload), DESCRIPTORS_IN_RESERVE = 8, BACKLOG = 16 };
enum owed_events { OWED_EXIT = 1, OWED_EMPTY = 2, OWED_OUTPUT = 4 };

struct peer {
    i32 fd;
    u8 watching;
    u32 owed;          /* host only: events that did not fit and follow as soon as it reads */
    u32 held_length;   /* host only: one reply that did not fit; no further request is read before it went out */
    u8 held[HELD_MOST];
    u64 lease_until;
};

static struct peer peers[PEERS_MOST];
static i32 listener = -1;
static u8 socket_bound;
static u64 deaf_until;
#define DEAF_AFTER_ERROR (100 * MILLISECOND)

long control_open(void)
{
    for (u32 i = 1; i < PEERS_MOST; i++) peers[i].fd = -1;
    listener = (i32)sys3(socket, AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (listener < 0) return listener;
    struct unix_address address = { AF_UNIX, "ctl" };
    long error = sys3(bind, listener, &address, sizeof address.family + sizeof "ctl");
    if (error) return error;
    socket_bound = 1;
    return sys2(listen, listener, BACKLOG);
}

void control_close(void)
{
    if (socket_bound) sys3(unlinkat, FD_RUN_DIRECTORY, "ctl", 0);
    socket_bound = 0;
    close_fd(&listener);
}

i32 control_listener(void)
{
    if (deaf_until && monotonic() >= deaf_until) deaf_until = 0;
    return deaf_until ? -1 : listener;
}

u64 control_listens_again_at(void)
{
    return deaf_until ? deaf_until : NEVER;
}

u32 control_clients(void)
{
    u32 count = 0;
    for (u32 i = 1; i < PEERS_MOST; i++) count += peers[i].fd >= 0;
    return count;
}

/* Clients may not take the descriptors that an ending needs. */
static int descriptors_are_short(i32 fd)
{
    u64 limits[2];
    return sys4(prlimit64, 0, RLIMIT_NOFILE, 0, limits) == 0 && (u64)fd + DESCRIPTORS_IN_RESERVE >= limits[0];
}

static int may_speak(i32 fd)
{
    struct peer_credentials credentials;
    u32 length = sizeof credentials;
    if (sys6(getsockopt, fd, SOL_SOCKET, SO_PEERCRED, &credentials, &length, 0) != 0) return 0;
    return credentials.uid == shim.uid || credentials.uid == 0;
}

void control_accept(void)
{
    i32 fd = (i32)sys4(accept4, listener, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC);
    /* Without a descriptor for it, the connection stays readable: asking again at once would only burn the processor. */
    if (fd == -E_MFILE || fd == -E_NFILE || fd == -E_NOMEM || fd == -E_NOBUFS) deaf_until = monotonic() + DEAF_AFTER_ERROR;
    if (fd < 0) return;
    if (may_speak(fd) && !descriptors_are_short(fd)) {
        for (u32 i = 1; i < PEERS_MOST; i++) {
            if (peers[i].fd >= 0) continue;
            memset(&peers[i], 0, sizeof peers[i]);
            peers[i].fd = fd;
            return;
        }
    }
    close_fd(&fd);
}

i32 control_peer(u32 peer, short *events)
{
    struct peer *p = &peers[peer];
    *events = p->held_length ? POLLOUT : p->owed ? POLLIN | POLLOUT : POLLIN;
    return p->fd;
}

void control_drop(u32 peer)
{
    struct peer *p = &peers[peer];
    if (p->fd < 0) return;
    close_fd(&p->fd);
    p->watching = 0;
    p->owed = p->held_length = 0;
    p->lease_until = 0;
    freeze_forget(peer);
    if (peer == PEER_HOST) host_channel_closed();
}

enum sent { SENT, FULL, BROKEN };

static enum sent send_datagram(const struct peer *p, const void *message, size length)
{
    long n;
    do n = sys6(sendto, p->fd, message, length, MSG_DONTWAIT | MSG_NOSIGNAL, 0, 0); while (n == -E_INTR);
    if (n >= 0) return SENT;
    return n == -E_AGAIN || n == -E_NOBUFS || n == -E_NOMEM ? FULL : BROKEN;
}

static size compose(u8 *message, u16 type, u32 seq, const void *payload, size length)
{
    struct message_header header = { type, PROTOCOL_VERSION, seq };
    memcpy(message, &header, sizeof header);
    memcpy(message + sizeof header, payload, length);
    return sizeof header + length;
}

void control_reply(u32 peer, u16 type, u32 seq, const void *payload, size length)
{
    u8 message[HELD_MOST];
    struct peer *p = &peers[peer];
    if (p->fd < 0 || sizeof(struct message_header) + length > sizeof message) return;
    length = compose(message, type, seq, payload, length);
    enum sent sent = send_datagram(p, message, length);
    if (sent == FULL && peer == PEER_HOST && p->held_length == 0) {
        memcpy(p->held, message, length);
        p->held_length = (u32)length;
    }
    else if (sent != SENT) control_drop(peer);
}

/* A watcher who does not read loses its connection and can come back; the host is owed what it must not miss. */
static void tell(u32 peer, u32 owed, u16 type, const void *payload, size length)
{
    static u8 message[MESSAGE_MOST];
    struct peer *p = &peers[peer];
    if (p->fd < 0 || !p->watching) return;
    if (p->held_length || p->owed) {
        p->owed |= owed;
        return;
    }
    enum sent sent = send_datagram(p, message, compose(message, type, 0, payload, length));
    if (sent == FULL && peer == PEER_HOST) p->owed |= owed;
    else if (sent != SENT) control_drop(peer);
}

static void tell_all(u32 owed, u16 type, const void *payload, size length)
{
    for (u32 i = 0; i < PEERS_MOST; i++) tell(i, owed, type, payload, length);
}

void control_tell_ready(void)
{
    peers[PEER_HOST].fd = FD_HOST;
    peers[PEER_HOST].watching = 1;
    struct ready_payload payload = { shim.pid, shim.hardening, shim.landlock_abi };
    tell(PEER_HOST, 0, MSG_READY, &payload, sizeof payload);
}

static void tell_exit(u32 peer)
{
    struct exit_payload payload = exit_payload();
    tell(peer, OWED_EXIT, MSG_EXIT, &payload, sizeof payload);
}

static void tell_empty(u32 peer)
{
    struct empty_payload payload = empty_payload();
    tell(peer, OWED_EMPTY, MSG_EMPTY, &payload, sizeof payload);
}

void control_tell_exit(void)
{
    for (u32 i = 0; i < PEERS_MOST; i++) tell_exit(i);
}

void control_tell_empty(void)
{
    for (u32 i = 0; i < PEERS_MOST; i++) tell_empty(i);
}

void control_tell_output(void)
{
    tell_all(OWED_OUTPUT, MSG_OUTPUT, NULL, 0);
}

void control_tell_notify(const char *text, size length)
{
    tell_all(0, MSG_NOTIFY, text, length);
}

void control_watch(u32 peer)
{
    peers[peer].watching = 1;
}

void control_send_empty(u32 peer)
{
    u8 watching = peers[peer].watching;
    peers[peer].watching = 1;
    tell_empty(peer);
    peers[peer].watching = watching && peers[peer].fd >= 0;
}

void control_set_lease(u32 peer, u64 until)
{
    peers[peer].lease_until = until;
}

u64 control_latest_lease(void)
{
    u64 latest = 0;
    for (u32 i = 0; i < PEERS_MOST; i++)
        if (peers[i].fd >= 0 && peers[i].lease_until > latest) latest = peers[i].lease_until;
    return latest;
}

void control_clear_leases(void)
{
    for (u32 i = 0; i < PEERS_MOST; i++) peers[i].lease_until = 0;
}

static void pay_what_is_owed(u32 peer)
{
    struct peer *p = &peers[peer];
    if (p->held_length) {
        enum sent sent = send_datagram(p, p->held, p->held_length);
        if (sent == BROKEN) control_drop(peer);
        if (sent != SENT) return;
        p->held_length = 0;
    }
    u32 owed = p->owed;
    p->owed = 0;
    if (owed & OWED_OUTPUT) tell(peer, OWED_OUTPUT, MSG_OUTPUT, NULL, 0);
    if (owed & OWED_EXIT) tell_exit(peer);
    if (owed & OWED_EMPTY) tell_empty(peer);
}

void control_serve(u32 peer, short ready)
{
    static u8 request[MESSAGE_MOST];
    struct peer *p = &peers[peer];
    if (ready & POLLOUT) pay_what_is_owed(peer);
    if (p->fd < 0 || p->held_length || !(ready & (POLLIN | POLLHUP | POLLERR))) return;
    long n = sys6(recvfrom, p->fd, request, sizeof request, MSG_DONTWAIT, 0, 0);
    if (n == -E_AGAIN || n == -E_INTR) return;
    if (n <= 0) control_drop(peer);
    else request_handle(peer, request, (size)n);
}
