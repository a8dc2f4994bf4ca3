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

enum places { PLACE_SIGNALS, PLACE_HOST, PLACE_PEERS, PLACE_LISTENER = PLACE_PEERS + PEERS_MOST, PLACE_LAUNCH, PLACE_NOTIFY, PLACE_OUTPUT,
              PLACES = PLACE_OUTPUT + OUTPUT_STREAMS };
#define HELD_BACK (100 * MILLISECOND)
#define WITNESS_WITHOUT_HOST (2 * SECOND)

/* Only what is open is polled: the kernel refuses more entries than the limit of descriptors, even empty ones. */
static struct pollfd polled[PLACES];
static u32 polled_count;
static i32 entry_of[PLACES];
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
    wake = earlier(wake, freeze_step(now));
    /* A slow disk must not delay signals, and an ending that can't be finished must not keep the exit code from the disk. */
    if (!ending_is_urgent(now)) records_write(now);
    wake = earlier(wake, records_are_written() ? NEVER : ending_is_urgent(now) ? now + HELD_BACK : records_retry_at());
    wake = earlier(wake, control_listens_again_at());
    return earlier(wake, leave_when_unattended(now));
}

static void place(u32 place, i32 fd, short events)
{
    entry_of[place] = fd < 0 ? -1 : (i32)polled_count;
    if (fd < 0) return;
    struct pollfd entry = { fd, events, 0 };
    polled[polled_count++] = entry;
}

static short ready(u32 place)
{
    return entry_of[place] < 0 ? 0 : polled[entry_of[place]].revents;
}

static void prepare(void)
{
    polled_count = 0;
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
    return sys6(ppoll, polled, polled_count, wake == NEVER ? NULL : &timeout, NULL, 0, 0);
}

/* The order is the order of service: what ends a tree comes before what merely talks about it. */
static void serve(void)
{
    if (ready(PLACE_SIGNALS)) {
        char signals[128 * 4];
        read_fd(shim.signal_fd, signals, sizeof signals);
    }
    if (ready(PLACE_HOST)) host_died();
    for (u32 i = 0; i < PEERS_MOST; i++) {
        short ignored, events = ready(PLACE_PEERS + i);
        /* A peer may have been dropped, by an event of another one, since it was polled. */
        if (events && control_peer(i, &ignored) >= 0) control_serve(i, events);
    }
    /* New peers come last, so that none can take the place of one whose readiness was just polled. */
    if (ready(PLACE_LISTENER)) control_accept();
    if (ready(PLACE_NOTIFY)) notify_receive();
    for (u32 i = 0; i < OUTPUT_STREAMS; i++)
        if (ready(PLACE_OUTPUT + i)) output_drain(i);
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
