#include "cgroup.h"
#include "pidfd.h"
#include "proc.h"
#include "shim.h"

enum { PATH_MOST = 4096, PIDS_AT_ONCE = 32, DEPTH_MOST = 16, ROUNDS_MOST = 64 };

enum whereabouts { UNKNOWN, INSIDE, OUTSIDE };

static i32 kill_file = -1, events_file = -1, procs_file = -1, freeze_file = -1;
static char run_path[PATH_MOST];
static size run_path_length;

struct directory_entry { u64 inode, offset; u16 length; u8 type; char name[]; };
enum { ENTRY_IS_DIRECTORY = 4 };

long cgroup_open(void)
{
    procs_file = (i32)open_at(FD_CGROUP, "cgroup.procs", O_WRONLY, 0);
    if (procs_file < 0) return procs_file;
    events_file = (i32)open_at(FD_CGROUP, "cgroup.events", O_RDONLY, 0);
    if (events_file < 0) return events_file;
    kill_file = (i32)open_at(FD_CGROUP, "cgroup.kill", O_WRONLY, 0);
    freeze_file = (i32)open_at(FD_CGROUP, "cgroup.freeze", O_WRONLY, 0);
    long populated = cgroup_populated();
    return populated < 0 ? populated : 0;
}

i32 cgroup_join_descriptor(void)
{
    return procs_file;
}

long cgroup_populated(void)
{
    char text[256];
    long n = read_start(events_file, text, sizeof text);
    /* The directory was removed, which the kernel allows only when nobody is inside. */
    if (n == -E_NODEV) return 0;
    if (n < 0) return n;
    const char *at = text_find(text, "populated ");
    return at ? at[10] != '0' : -E_INVAL;
}

int cgroup_is_frozen(void)
{
    char text[256];
    return read_start(events_file, text, sizeof text) > 0 && text_find(text, "frozen 1") != NULL;
}

static int is_listed(const char *list, i32 pid)
{
    while (*list) {
        if ((i32)text_number(list) == pid) return 1;
        while (*list && *list++ != '\n') { }
    }
    return 0;
}

/*
 * Old kernels: the members one by one. A number may have passed to a stranger since it was listed, so pidfds are opened first and only those
 * that are listed still get the signal.
 */
static void kill_members(i32 directory)
{
    char list[1024], again[1024];
    i32 pids[PIDS_AT_ONCE], pidfds[PIDS_AT_ONCE];
    i32 file = (i32)open_at(directory, "cgroup.procs", O_RDONLY, 0);
    if (file < 0) return;
    u32 count = 0;
    read_start(file, list, sizeof list);
    for (const char *at = list; *at && count < PIDS_AT_ONCE;) {
        const char *end = at;
        while (*end && *end != '\n') end++;
        if (!*end) break;
        i32 pid = (i32)text_number(at);
        if (pid > 1 && pid != shim.pid) {
            pids[count] = pid;
            pidfds[count++] = pidfd_of(pid);
        }
        at = end + 1;
    }
    read_start(file, again, sizeof again);
    for (u32 i = 0; i < count; i++) {
        if (pidfds[i] != -E_SRCH && is_listed(again, pids[i])) pidfd_signal(pidfds[i], pids[i], SIGKILL);
        close_fd(&pidfds[i]);
    }
    close_fd(&file);
}

/* Walks down into the cgroups that the tree made for itself; a bounded stack of open directories instead of recursion. */
static void kill_members_below(void)
{
    char buffer[1024] __attribute__((aligned(8)));
    i32 open[DEPTH_MOST];
    u32 depth = 0;
    open[depth++] = (i32)open_at(FD_CGROUP, ".", O_RDONLY | O_DIRECTORY, 0);
    kill_members(FD_CGROUP);
    while (depth > 0) {
        i32 directory = open[depth - 1];
        long n = directory < 0 ? 0 : sys3(getdents64, directory, buffer, sizeof buffer);
        if (n <= 0) {
            close_fd(&open[--depth]);
            continue;
        }
        for (long at = 0; at < n;) {
            struct directory_entry *entry = (struct directory_entry *)(buffer + at);
            at += entry->length;
            if (entry->type != ENTRY_IS_DIRECTORY || entry->name[0] == '.') continue;
            i32 child = (i32)open_at(directory, entry->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
            if (child < 0) continue;
            kill_members(child);
            if (depth < DEPTH_MOST) open[depth++] = child;
            else close_fd(&child);
        }
    }
}

void cgroup_kill(void)
{
    if (kill_file >= 0 && sys4(pwrite64, kill_file, "1", 1, 0) == 1) return;
    for (u32 round = 0; round < ROUNDS_MOST && cgroup_populated() == 1; round++) kill_members_below();
}

int cgroup_can_freeze(void)
{
    return freeze_file >= 0;
}

long cgroup_freeze(int frozen)
{
    if (freeze_file < 0) return -E_NOTSUP;
    long n = sys4(pwrite64, freeze_file, frozen ? "1" : "0", 1, 0);
    return n < 0 ? n : 0;
}

void cgroup_set_path(const char *path, size length)
{
    /* In the root of a namespace everybody's path begins like ours: it tells nothing. */
    if (length < 2 || length >= sizeof run_path) return;
    memcpy(run_path, path, length);
    run_path_length = length;
}

/* A path that can't be read says nothing: such a process is called neither a walker nor an insider. */
static enum whereabouts whereabouts(i32 pid)
{
    char path[PATH_MOST];
    if (run_path_length == 0 || proc_cgroup_path(pid, path, sizeof path) < 0) return UNKNOWN;
    if (!text_starts(path, run_path)) return OUTSIDE;
    char next = path[run_path_length];
    return next == 0 || next == '/' || next == ' ' ? INSIDE : OUTSIDE;
}

int cgroup_is_outside(i32 pid)
{
    return whereabouts(pid) == OUTSIDE;
}

void cgroup_step_out(void)
{
    if (whereabouts(shim.pid) != INSIDE) return;
    i32 parent = (i32)open_at(FD_CGROUP, "../cgroup.procs", O_WRONLY, 0);
    if (parent >= 0) write_all(parent, "0", 1);
    close_fd(&parent);
}
