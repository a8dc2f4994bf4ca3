#include "freeze.h"
#include "cgroup.h"
#include "control.h"
#include "proc.h"
#include "records.h"
#include "requests.h"
#include "shim.h"
#include "spec.h"
#include "stop.h"

enum { THAW_RETRY = 50 * MILLISECOND };
#define ATTEMPT_MOST (200 * MILLISECOND)
#define STUCK (50 * MILLISECOND)
#define SLICE (5 * MILLISECOND)
#define DELAY_LEAST (50 * MICROSECOND)
#define DELAY_MOST (2 * MILLISECOND)

enum states { THAWED, FREEZING, FROZEN };

static enum states state;
static u8 by_cgroup;
static u64 give_up_at, delay;

/* Who waits for the tree to stand still. */
static struct { u8 waits; u32 seq, lease_ms; } askers[PEERS_MOST];

long freeze_for(u32 peer, u32 seq, u32 lease_ms)
{
    if (lease_ms == 0) return -E_INVAL;
    /* A frozen tree would still die, but its end would have to wait for nobody: no new lease once the ending began. */
    if (shim.ending || shim.phase == PHASE_EMPTY) return -E_BUSY;
    /* Between its birth and its exec the program could be stopped where its launch would wait for it. */
    if (!shim.started) return -E_AGAIN;
    if (askers[peer].waits) return -E_ALREADY;
    by_cgroup = shim.has_cgroup && cgroup_can_freeze();
    if (!by_cgroup && !proc_lists_children()) return -E_NOTSUP;
    if (by_cgroup) {
        cgroup_step_out();
        long error = cgroup_freeze(1);
        if (error) return error;
    }
    if (state != FREEZING) {
        state = FREEZING;
        give_up_at = monotonic() + ATTEMPT_MOST;
        delay = DELAY_LEAST;
        stop_begin(by_cgroup);
    }
    askers[peer].waits = 1;
    askers[peer].seq = seq;
    askers[peer].lease_ms = lease_ms < spec.freeze_lease_max_ms ? lease_ms : spec.freeze_lease_max_ms;
    journal_number("freeze", "lease_ms", askers[peer].lease_ms);
    return 0;
}

static void answer_all(long error, u64 now)
{
    for (u32 i = 0; i < PEERS_MOST; i++) {
        if (!askers[i].waits) continue;
        askers[i].waits = 0;
        if (!error) control_set_lease(i, now + askers[i].lease_ms * MILLISECOND);
        request_answer_freeze(i, askers[i].seq, error);
    }
}

static void thaw(long why)
{
    control_clear_leases();
    if (state == THAWED) return;
    answer_all(why, 0);
    if (by_cgroup && cgroup_freeze(0) != 0 && cgroup_populated() != 0) {
        state = FROZEN;
        return;
    }
    state = THAWED;
    journal_event("thaw");
}

void freeze_end(long why)
{
    stop_release();
    thaw(why);
}

void freeze_end_by_kill(void)
{
    stop_forget();
    thaw(-E_BUSY);
}

void freeze_forget(u32 peer)
{
    askers[peer].waits = 0;
}

static int somebody_waits(void)
{
    for (u32 i = 0; i < PEERS_MOST; i++)
        if (askers[i].waits) return 1;
    return 0;
}

/* 1 everybody stands still, 0 not yet, or -errno. */
static long stand_still(u64 now)
{
    if (by_cgroup && !cgroup_is_frozen()) return 0;
    /* Without the lists of children nobody outside the cgroup can be found. */
    return proc_lists_children() ? stop_advance(now + SLICE) : 1;
}

static u64 go_on_freezing(u64 now)
{
    u64 progress = stop_last_progress();
    long result = stand_still(now);
    now = monotonic();
    if (result > 0) {
        state = FROZEN;
        journal_number("frozen", "stopped", stop_count());
        answer_all(0, now);
        return control_latest_lease();
    }
    /* A tree that keeps changing may stand still at the next attempt; one that waits for the kernel waits for somebody else. */
    if (result == 0 && now >= give_up_at) result = now - stop_last_progress() > STUCK ? -E_TIMEDOUT : -E_AGAIN;
    if (result < 0) {
        journal_number("freeze-failed", "errno", (u64)-result);
        freeze_end(result);
        return state == THAWED ? NEVER : now + THAW_RETRY;
    }
    if (progress != stop_last_progress()) {
        delay = DELAY_LEAST;
        return now;
    }
    if (delay < DELAY_MOST) delay *= 2;
    return now + delay;
}

u64 freeze_step(u64 now)
{
    if (state == THAWED) return NEVER;
    u64 until = control_latest_lease();
    if (until <= now && !somebody_waits()) {
        freeze_end(0);
        return state == THAWED ? NEVER : now + THAW_RETRY;
    }
    return state == FREEZING ? go_on_freezing(now) : until;
}

int freeze_is_on(void)
{
    return state == FROZEN;
}

int freeze_is_by_signals(void)
{
    return stop_count() > 0;
}
