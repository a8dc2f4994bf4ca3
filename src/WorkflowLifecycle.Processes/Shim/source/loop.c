#include "loop.h"
#include "control.h"
#include "ending.h"
#include "freeze.h"
#include "host.h"
#include "launch.h"
#include "notify.h"
#include "output.h"
#include "records.h"
#include "run.h"
#include "shim.h"
#include "spec.h"

/* The order is the order of service: what ends a tree comes before what merely talks about it. */
enum places { PLACE_SIGNALS, PLACE_HOST, PLACE_PEERS, PLACE_LISTENER = PLACE_PEERS + PEERS_MOST, PLACE_LAUNCH, PLACE_NOTIFY, PLACE_OUTPUT,
              PLACES = PLACE_OUTPUT + OUTPUT_STREAMS };
#define WITNESS_WITHOUT_HOST (2 * SECOND)

static struct pollfd polled[PLACES];
static u64 unattended_since = NEVER;

static u64 earlier(u64 a, u64 b) { return a < b ? a : b; }

/* With nobody left to tell, and all of it on the disk, the witness may go. */
static u64 leave_when_unattended(u64 now)
{
    if (shim.phase != PHASE_EMPTY || !shim.host_gone || !records_are_written() || control_clients() > 0) {
        unattended_since = NEVER;
        return NEVER;
    }
    if (unattended_since == NEVER) unattended_since = now;
    if (now - unattended_since >= WITNESS_WITHOUT_HOST) shim.leaving = 1;
    return unattended_since + WITNESS_WITHOUT_HOST;
}

static u64 do_what_is_due(void)
{
    run_check_launch();
    u32 reaped = run_reap();
    u64 now = monotonic();
    u64 wake = ending_step(now, reaped);
    /* Reaping is bounded, so there may be more; and an end may have come meanwhile. */
    if (reaped > 0) wake = now;
    wake = earlier(wake, freeze_check(now));
    /* A slow disk must not delay signals: during an ending the records wait for its end. */
    if (!shim.ending || shim.phase == PHASE_EMPTY) {
        records_write(now);
        wake = earlier(wake, records_retry_at());
    }
    return earlier(wake, leave_when_unattended(now));
}

static void place(u32 index, i32 fd, short events)
{
    polled[index].fd = fd;
    polled[index].events = events;
    polled[index].revents = 0;
}

static void prepare(void)
{
    place(PLACE_SIGNALS, shim.signal_fd, POLLIN);
    place(PLACE_HOST, spec.flags & SPEC_HOST_PIDFD && !shim.host_gone ? FD_HOST_PIDFD : -1, POLLIN);
    for (u32 i = 0; i < PEERS_MOST; i++) {
        short events;
        i32 fd = control_peer(i, &events);
        place(PLACE_PEERS + i, fd, events);
    }
    place(PLACE_LISTENER, control_listener(), POLLIN);
    place(PLACE_LAUNCH, launch_pipe(), POLLIN);
    place(PLACE_NOTIFY, notify_socket(), POLLIN);
    for (u32 i = 0; i < OUTPUT_STREAMS; i++) place(PLACE_OUTPUT + i, output_pipe(i), POLLIN);
}

static long wait_until(u64 wake)
{
    struct timespec timeout = { 0, 0 };
    u64 now = monotonic();
    if (wake > now && wake != NEVER) {
        timeout.seconds = (i64)((wake - now) / SECOND);
        timeout.nanoseconds = (i64)((wake - now) % SECOND);
    }
    return sys6(ppoll, polled, PLACES, wake == NEVER ? NULL : &timeout, NULL, 0, 0);
}

static void serve(void)
{
    if (polled[PLACE_SIGNALS].revents) {
        char signals[128 * 4];
        read_fd(shim.signal_fd, signals, sizeof signals);
    }
    if (polled[PLACE_HOST].revents) host_died();
    for (u32 i = 0; i < PEERS_MOST; i++) {
        short ignored, ready = polled[PLACE_PEERS + i].revents;
        /* A peer may have been dropped, by an event of another one, since it was polled. */
        if (ready && control_peer(i, &ignored) == polled[PLACE_PEERS + i].fd) control_serve(i, ready);
    }
    /* New peers come last, so that none can take the place of one whose readiness was just polled. */
    if (polled[PLACE_LISTENER].revents) control_accept();
    if (polled[PLACE_NOTIFY].revents) notify_receive();
    for (u32 i = 0; i < OUTPUT_STREAMS; i++)
        if (polled[PLACE_OUTPUT + i].revents) output_drain(i);
}

void loop_run(void)
{
    for (;;) {
        u64 wake = do_what_is_due();
        if (shim.leaving) return;
        prepare();
        if (wait_until(wake) > 0) serve();
    }
}
