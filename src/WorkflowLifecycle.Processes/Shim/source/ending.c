#include "ending.h"
#include "cgroup.h"
#include "control.h"
#include "freeze.h"
#include "namespace.h"
#include "output.h"
#include "proc.h"
#include "records.h"
#include "shim.h"
#include "signals.h"
#include "spec.h"
#include "tree.h"

enum { ROUNDS_BEFORE_RESTART = 32 };
#define STALL (5 * MILLISECOND)
#define SLICE (20 * MILLISECOND)
#define DELAY_LEAST (1 * MILLISECOND)
#define DELAY_MOST (100 * MILLISECOND)
#define URGENT (500 * MILLISECOND)
#define INIT_LEAVES (10 * MILLISECOND)
#define LOOK_AGAIN (250 * MILLISECOND)

static u8 leftovers_handled, first_blow_struck, in_slice, sigkill_sent;
static u32 killed_in_round, rounds;
static u64 began, next_round, last_progress, delay = DELAY_LEAST, patient_until;

void ending_begin(u32 by)
{
    if (shim.phase == PHASE_EMPTY || shim.ending) return;
    shim.ending = 1;
    began = monotonic();
    shim.end.ended_by = by;
    shim.leftover_deadline = NEVER;
    freeze_end_by_kill();
    tree_sweep_restart();
}

int ending_is_urgent(u64 now)
{
    return shim.ending && shim.phase != PHASE_EMPTY && now < began + URGENT;
}

static void become_empty(void)
{
    /* Whoever sees EMPTY may read the files: what is in the pipes belongs into them first. */
    output_drain_rest();
    freeze_end(-E_BUSY);
    shim.end.proof = PROOF_NO_CHILDREN | (shim.has_cgroup ? PROOF_CGROUP_EMPTY : 0);
    if (sigkill_sent && shim.end.sigkills == 0) shim.end.sigkills = 1;
    shim.end.realtime_ns = clock_ns(CLOCK_REALTIME);
    shim.end.boottime_ns = clock_ns(CLOCK_BOOTTIME);
    shim.phase = PHASE_EMPTY;
    control_tell_empty();
    journal_numbers("empty", "sigkills", shim.end.sigkills, "walkers", shim.end.walkers);
    records_empty_is_due();
}

static void kill_cgroup(void)
{
    cgroup_step_out();
    cgroup_kill();
    sigkill_sent = 1;
}

/* Nobody is our child any more, yet somebody is in the cgroup: put there from outside, or gone into a foreign PID namespace. */
static u64 end_strangers(u64 now)
{
    if (!shim.ending) return now + LOOK_AGAIN;
    if (now < next_round) return next_round;
    kill_cgroup();
    first_blow_struck = 1;
    next_round = now + delay;
    if (delay < DELAY_MOST) delay *= 2;
    return next_round;
}

/* Without /proc the root program and its group are all that can be named, and only while its number is still its own. */
static u32 kill_what_is_known(void)
{
    if (shim.root_pid <= 0 || shim.root_reaped) return 0;
    sys2(kill, -shim.root_pid, SIGKILL);
    return sys2(kill, shim.root_pid, SIGKILL) == 0;
}

static u64 sweep(u64 now)
{
    if (!in_slice) {
        if (shim.has_cgroup && cgroup_populated() != 0) kill_cgroup();
        killed_in_round = 0;
    }
    in_slice = !tree_sweep(now + SLICE, &killed_in_round);
    if (in_slice) return now;
    if (!proc_usable()) killed_in_round = kill_what_is_known() && rounds == 0;
    if (killed_in_round > 0) {
        sigkill_sent = 1;
        delay = DELAY_LEAST;
    }
    else if (delay < DELAY_MOST) delay *= 2;
    /* A number in the table may have passed to a new descendant; nothing stays overlooked because of it. */
    if (killed_in_round == 0 || ++rounds % ROUNDS_BEFORE_RESTART == 0) tree_sweep_restart();
    next_round = monotonic() + delay;
    return next_round;
}

static u64 end_children(u64 now, u32 reaped)
{
    if (!first_blow_struck) {
        first_blow_struck = 1;
        last_progress = now;
        if (shim.has_cgroup) kill_cgroup();
        /* Who walked out of the cgroup, and who is not found by any walk, goes with the init of the namespace. */
        if (namespace_kill()) sigkill_sent = 1;
    }
    if (reaped > 0) last_progress = now;
    if (in_slice) return sweep(now);
    /* Who is in the cgroup is dying already: time is only given to them while they do, and only they get it. */
    if (now < last_progress + STALL && (shim.init_pid > 0 || (shim.has_cgroup && cgroup_populated() != 0))) return last_progress + STALL;
    if (now < next_round) return next_round;
    return sweep(now);
}

static void handle_leftovers(u64 now)
{
    leftovers_handled = 1;
    /* Whoever asked the tree to leave has told those whom it wanted to tell: a second SIGTERM makes some programs give up what they are saving. */
    int are_told = now < patient_until;
    if (are_told || spec.leftover_grace_ms == LEAVE_LEFTOVERS || spec.leftover_grace_ms == 0) shim.end.leftovers = tree_count();
    else {
        struct signal_count result = signals_to_tree(SIGTERM);
        shim.end.leftovers = result.signalled + result.failed;
        journal_signal(SIGTERM, 1, result.signalled, result.failed);
    }
    /* Someone in the cgroup who is not our descendant is left over, too, though no signal of ours may go to him by number. */
    if (shim.end.leftovers == 0 && shim.no_children) shim.end.leftovers = 1;
    journal_number("leftover", "count", shim.end.leftovers);
    if (spec.leftover_grace_ms == LEAVE_LEFTOVERS) return;
    if (shim.end.leftovers > 0) shim.end.ended_by = BY_LEFTOVER_POLICY;
    shim.leftover_deadline = now + spec.leftover_grace_ms * MILLISECOND;
    if (shim.leftover_deadline < patient_until) shim.leftover_deadline = patient_until;
}

void ending_be_patient(u64 until)
{
    patient_until = until;
    if (shim.leftover_deadline != NEVER && shim.leftover_deadline < until) shim.leftover_deadline = until;
}

u64 ending_step(u64 now, u32 reaped)
{
    int root_lives = shim.root_pid > 0 && !shim.root_reaped;
    if (shim.phase == PHASE_EMPTY || (!shim.ending && (root_lives || shim.phase < PHASE_ROOT_EXITED))) return NEVER;
    /* The order matters: once nobody is our child, nobody of ours can enter the cgroup any more, so what it says afterwards holds. */
    if (shim.no_children && (!shim.has_cgroup || cgroup_populated() == 0)) {
        become_empty();
        return NEVER;
    }
    /* With a namespace its init tells, by leaving, that nobody is left over; it may need a moment for that. */
    if (!shim.ending && !leftovers_handled && shim.init_pid > 0 && tree_count() == 0) return now + INIT_LEAVES;
    if (!shim.ending && !leftovers_handled) handle_leftovers(now);
    if (!shim.ending && now >= shim.leftover_deadline) ending_begin(BY_LEFTOVER_POLICY);
    if (shim.no_children) {
        u64 again = end_strangers(now);
        return shim.ending || again < shim.leftover_deadline ? again : shim.leftover_deadline;
    }
    return shim.ending ? end_children(now, reaped) : shim.leftover_deadline;
}
