#include "stop.h"
#include "cgroup.h"
#include "pidfd.h"
#include "proc.h"
#include "shim.h"

enum { FOUND_MOST = 32768, STOPPED_MOST = 32768, DESCRIPTORS_LEFT_FREE = 64 };

struct found { i32 pid; u8 settled, signalled; u64 start; };

/* Held by a pidfd as long as descriptors are to be had; else by number and start. */
struct stopped { i32 pid, pidfd; u64 start; };

static struct found found[FOUND_MOST];
static struct stopped stopped[STOPPED_MOST];
static u32 found_count, stopped_count, first_unsettled;
static u8 cgroup_holds, all_stood_still;
static u64 descriptors_most, last_progress;
static u64 seen, seen_before;   /* who was seen in this look and in the one before, living or dead, whatever the order */
static long failure;
static i32 parent_pidfd;

static void begin_round(void)
{
    seen_before = seen;
    seen = 0;
    found_count = first_unsettled = 0;
    all_stood_still = 1;
}

/* Whether it is there and alive. What can't be looked at though it is there can't be said to stand still. */
static int look(i32 pid, i32 pidfd, struct process *process)
{
    if (pidfd == -E_SRCH) return 0;
    long error = proc_read(pid, process);
    if (!error) return !process_is_dead(process);
    if (pidfd_signal(pidfd, pid, 0) != -E_SRCH) failure = error;
    return 0;
}

/* As in tree.c: once the pidfd is open the parent is looked at again, so what was read is true of the process that it names. */
static void note_child(i32 pid, i32 parent)
{
    struct process process;
    i32 pidfd = pidfd_of(pid);
    int lives = look(pid, pidfd, &process);
    seen += (u64)(u32)pid * 0x9E3779B97F4A7C15UL >> lives;
    if (lives && (process.parent == shim.pid || (process.parent == parent && pidfd_signal(parent_pidfd, parent, 0) != -E_SRCH))) {
        if (found_count == FOUND_MOST) failure = -E_2BIG;
        else {
            struct found one = { pid, 0, 0, process.start };
            found[found_count++] = one;
            last_progress = monotonic();
        }
    }
    close_fd(&pidfd);
}

static void remember(const struct found *one, i32 *pidfd)
{
    for (u32 i = stopped_count; i-- > 0;)
        if (stopped[i].pid == one->pid && stopped[i].start == one->start) return;
    if (stopped_count == STOPPED_MOST) {
        failure = -E_2BIG;
        return;
    }
    struct stopped *entry = &stopped[stopped_count++];
    entry->pid = one->pid;
    entry->start = one->start;
    entry->pidfd = -1;
    if (*pidfd < 0 || (u64)*pidfd + DESCRIPTORS_LEFT_FREE >= descriptors_most) return;
    entry->pidfd = *pidfd;
    *pidfd = -1;
}

static void stop_one(struct found *one, i32 *pidfd)
{
    all_stood_still = 0;
    /* Remembered first: whoever is stopped is let go, whatever else fails. */
    i32 by = *pidfd;
    if (!one->signalled) remember(one, pidfd);
    one->signalled = 1;
    if (failure) return;
    long error = pidfd_signal(by, one->pid, SIGSTOP);
    if (error && error != -E_SRCH) failure = error;
}

static int is_held(const struct found *one, const struct process *process)
{
    /* The init of the namespace is the holder's, and does nothing but collect. */
    if (one->pid == shim.init_pid || (cgroup_holds && !cgroup_is_outside(one->pid))) return 1;
    return proc_stands_still(one->pid, process);
}

/*
 * Nobody is stopped before his parent stands still. A parent that waits in vfork would never stand still while its child is stopped; and
 * one that waits for stopped children never sees one, since it moves again only after they do.
 */
static void visit(struct found *one)
{
    struct process process;
    i32 pidfd = pidfd_of(one->pid);
    if (!look(one->pid, pidfd, &process) || process.start != one->start) {
        /* It left after it was found, and may have left a child that was not there to be found. */
        all_stood_still = 0;
        one->settled = 1;
    }
    else if (is_held(one, &process)) {
        one->settled = 1;
        parent_pidfd = pidfd;
        proc_children(one->pid, note_child);
    }
    /* Its first thread takes part in a stop of all: the others follow, and if that stop was not ours it is not ours to undo. */
    else if (process.state == 'T') all_stood_still = 0;
    else stop_one(one, &pidfd);
    if (one->settled) last_progress = monotonic();
    close_fd(&pidfd);
}

void stop_begin(int by_cgroup)
{
    u64 limits[2];
    descriptors_most = sys4(prlimit64, 0, RLIMIT_NOFILE, 0, limits) == 0 ? limits[0] : 0;
    cgroup_holds = by_cgroup != 0;
    failure = 0;
    begin_round();
    seen_before = 0;
    last_progress = monotonic();
}

/* Looks at everybody who is not settled yet. Returns 0 when the time is up. */
static int visit_unsettled(u64 until)
{
    for (u32 i = first_unsettled; i < found_count && !failure; i++) {
        if (!found[i].settled) visit(&found[i]);
        if (found[i].settled && i == first_unsettled) first_unsettled++;
        if (monotonic() >= until) return 0;
    }
    return 1;
}

long stop_advance(u64 until)
{
    do {
        if (found_count == 0) {
            parent_pidfd = -1;
            proc_children(shim.pid, note_child);
        }
        u64 before = last_progress;
        if (!visit_unsettled(until) && !failure) return 0;
        if (failure) return failure;
        if (first_unsettled < found_count) {
            if (last_progress == before) return 0;
            continue;
        }
        /*
         * Whoever is not found was forked, or left out of a list, while somebody else died. So it takes two looks in a row that see the same
         * ones living and the same ones dead, the second without anybody moving.
         */
        if (all_stood_still && seen == seen_before) return 1;
        begin_round();
    } while (monotonic() < until);
    return 0;
}

u64 stop_last_progress(void) { return last_progress; }

u32 stop_count(void) { return stopped_count; }

static void release(struct stopped *one)
{
    struct process process;
    i32 pidfd = one->pidfd >= 0 ? one->pidfd : pidfd_of(one->pid);
    if (one->pidfd >= 0 || (pidfd != -E_SRCH && proc_read(one->pid, &process) == 0 && process.start == one->start))
        pidfd_signal(pidfd, one->pid, SIGCONT);
    close_fd(&pidfd);
}

void stop_release(void)
{
    while (stopped_count > 0) release(&stopped[--stopped_count]);
}

void stop_forget(void)
{
    while (stopped_count > 0) close_fd(&stopped[--stopped_count].pidfd);
}
