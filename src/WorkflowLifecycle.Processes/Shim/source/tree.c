#include "tree.h"
#include "cgroup.h"
#include "pidfd.h"
#include "proc.h"
#include "records.h"
#include "shim.h"

enum { ENTRIES_MOST = 65536, SLOTS = 131072, SIGNAL_PASSES_MOST = 4 };
#define SIGNAL_TIME_MOST (1 * SECOND)
enum entry_marks { DIRECT = 1, GONE = 2, KILLED = 4, WALKER = 8 };
enum work { WORK_COUNT, WORK_SIGNAL, WORK_SWEEP };

struct entry { i32 pid; u32 marks, slot; u64 start; };

static struct entry entries[ENTRIES_MOST];
static u32 slots[SLOTS]; /* index + 1 into entries, 0 when free */
static u32 entry_count, cursor;

static enum work work;
static i32 signal_to_send;
static u8 continue_after;
static struct signal_count signal_result;
static u32 living;
static i32 parent_pidfd;   /* pins the parent whose children are being read; unused for the shim itself */

static u32 *slot_of(i32 pid)
{
    u32 at = ((u32)pid * 2654435761U) % SLOTS;
    while (slots[at] && entries[slots[at] - 1].pid != pid) at = (at + 1) % SLOTS;
    return &slots[at];
}

/* Clears by the remembered places: a small tree should not pay for the size of the table. */
static void clear_slots(void)
{
    for (u32 i = 0; i < entry_count; i++) slots[entries[i].slot] = 0;
}

/* A full table drops the find: the sweep comes back for it once the table has been begun anew. */
static void remember(i32 pid, u64 start, u32 marks)
{
    u32 *slot = slot_of(pid);
    if (*slot == 0) {
        if (entry_count == ENTRIES_MOST) return;
        *slot = ++entry_count;
    }
    struct entry *entry = &entries[*slot - 1];
    entry->slot = (u32)(slot - slots);
    entry->pid = pid;
    entry->start = start;
    entry->marks = marks;
}

void tree_forget(i32 pid)
{
    u32 slot = *slot_of(pid);
    if (slot) entries[slot - 1].marks |= GONE;
}

static void send_wanted(i32 pid, i32 pidfd)
{
    long error = pidfd_signal(pidfd, pid, signal_to_send);
    if (error == -E_SRCH) return;
    if (error) {
        if (signal_result.failed++ == 0) signal_result.first_errno = (i32)-error;
        return;
    }
    signal_result.signalled++;
    if (continue_after) pidfd_signal(pidfd, pid, SIGCONT);
}

static void work_on(i32 pid, i32 pidfd, const struct process *process)
{
    if (work == WORK_SWEEP) {
        pidfd_signal(pidfd, pid, SIGSTOP);
        return;
    }
    if (process_is_dead(process)) return;
    living++;
    if (work == WORK_SIGNAL) send_wanted(pid, pidfd);
}

/*
 * A child of the shim cannot lose its number before the shim reaps it, and the shim reaps nothing while it walks: no check is needed,
 * and a process that forks a successor and exits is stopped within microseconds of being listed.
 */
static void found_own_child(i32 pid)
{
    struct process process = { 0, 0, 0, 0 };
    /* The namespace's init belongs to the holder; its children belong to the tree. */
    if (pid == shim.init_pid) {
        remember(pid, 0, DIRECT);
        return;
    }
    if (work != WORK_SWEEP && proc_read(pid, &process) != 0) return;
    work_on(pid, -1, &process);
    remember(pid, 0, DIRECT);
}

/*
 * Further down, a number may change hands between being listed and being signalled. The pidfd is opened first; then the parent chain is
 * looked at again: the parent must be the shim or the listed one, itself checked and alive now. If the pidfd still takes the signal,
 * its number never left it meanwhile, so what was read is true of it.
 */
static void found_child_of(i32 pid, i32 parent)
{
    u32 slot = *slot_of(pid);
    if (slot && !(entries[slot - 1].marks & GONE)) return;
    if (parent == shim.pid) {
        found_own_child(pid);
        return;
    }
    struct process process;
    i32 pidfd = pidfd_of(pid);
    if (pidfd == -E_SRCH) return;
    if (proc_read(pid, &process) == 0
        && (process.parent == shim.pid || (process.parent == parent && pidfd_signal(parent_pidfd, parent, 0) != -E_SRCH))) {
        work_on(pid, pidfd, &process);
        remember(pid, process.start, 0);
    }
    close_fd(&pidfd);
}

static void note_walker(struct entry *entry)
{
    struct process process;
    if (entry->marks & WALKER || entry->pid == shim.init_pid || !shim.has_cgroup || !cgroup_is_outside(entry->pid)) return;
    if (proc_read(entry->pid, &process) != 0 || process_is_dead(&process)) return;
    entry->marks |= WALKER;
    shim.end.walkers++;
    if (shim.end.walkers <= WALKERS_JOURNALLED) journal_number("walker", "pid", (u64)entry->pid);
}

static void visit(struct entry *entry, u32 *killed)
{
    if (entry->marks & GONE) return;
    parent_pidfd = -1;
    if (!(entry->marks & DIRECT)) {
        struct process process;
        parent_pidfd = pidfd_of(entry->pid);
        if (parent_pidfd == -E_SRCH || proc_read(entry->pid, &process) != 0 || process.start != entry->start) {
            entry->marks |= GONE;
            close_fd(&parent_pidfd);
            return;
        }
    }
    i32 pid = entry->pid;
    proc_children(pid, found_child_of);
    if (work == WORK_SWEEP && !(entry->marks & KILLED)) {
        note_walker(entry);
        if (pidfd_signal(parent_pidfd, pid, SIGKILL) == 0) {
            entry->marks |= KILLED;
            ++*killed;
        }
    }
    close_fd(&parent_pidfd);
}

static struct signal_count walk_and_signal(enum work wanted, i32 signo)
{
    struct signal_count none = { 0, 0, 0 };
    clear_slots();
    entry_count = 0;
    work = wanted;
    signal_to_send = signo;
    signal_result = none;
    living = 0;
    u64 until = monotonic() + SIGNAL_TIME_MOST;
    /* What forked while it was being listed is found by looking once more; a storm is not chased for ever. */
    for (u32 pass = 0, before = NEVER & 0xFFFFFFFFu; pass < SIGNAL_PASSES_MOST && before != entry_count; pass++) {
        before = entry_count;
        proc_children(shim.pid, found_child_of);
        for (cursor = 0; cursor < entry_count && monotonic() < until; cursor++) visit(&entries[cursor], NULL);
    }
    return signal_result;
}

struct signal_count tree_signal(i32 signo, int then_continue)
{
    continue_after = then_continue != 0;
    return walk_and_signal(WORK_SIGNAL, signo);
}

u32 tree_count(void)
{
    walk_and_signal(WORK_COUNT, 0);
    return living;
}

/* Walkers keep their entry, so that each is counted once however often it is looked at. */
void tree_sweep_restart(void)
{
    u32 kept = 0;
    clear_slots();
    for (u32 i = 0; i < entry_count; i++) {
        struct entry entry = entries[i];
        if (work != WORK_SWEEP || !(entry.marks & WALKER) || entry.marks & GONE) continue;
        u32 *slot = slot_of(entry.pid);
        entry.marks &= ~(u32)KILLED;
        entry.slot = (u32)(slot - slots);
        entries[kept++] = entry;
        *slot = kept;
    }
    entry_count = kept;
    cursor = 0;
    work = WORK_SWEEP;
}

int tree_sweep(u64 until, u32 *killed)
{
    proc_children(shim.pid, found_child_of);
    while (cursor < entry_count) {
        visit(&entries[cursor++], killed);
        if (monotonic() >= until) return 0;
    }
    return 1;
}
