#include "proc.h"
#include "shim.h"

enum { DESCRIPTORS_TO_GUESS = 65536 };

static i32 proc_directory = -1;
static i32 own_children = -1;   /* /proc/SHIM/task/SHIM/children; negative where the kernel has no such files */

struct directory_entry { u64 inode, offset; u16 length; u8 type; char name[]; };

static long open_proc_file(i32 pid, const char *rest, i32 flags)
{
    char path[64];
    struct line line = { path, 0, sizeof path - 1 };
    line_number(&line, (u64)pid);
    line_text(&line, rest);
    path[line.length] = 0;
    return open_at(proc_directory, path, flags, 0);
}

/* Where a process's directory keeps a file of one of its threads. */
static void thread_file(char *path, size capacity, i32 thread, const char *file)
{
    struct line line = { path, 0, capacity - 1 };
    line_text(&line, "/task/");
    line_number(&line, (u64)thread);
    line_text(&line, file);
    path[line.length] = 0;
}

/* A /proc of another PID namespace shows other numbers for our processes: worse than none. */
static int numbers_are_ours(void)
{
    char self[16] = "";
    long n = sys4(readlinkat, proc_directory, "self", self, sizeof self - 1);
    return n > 0 && (i32)text_number(self) == shim.pid;
}

void proc_open(void)
{
    proc_directory = (i32)open_at(AT_FDCWD, "/proc", O_PATH | O_DIRECTORY, 0);
    if (proc_directory < 0 || !numbers_are_ours()) {
        close_fd(&proc_directory);
        return;
    }
    char path[64];
    thread_file(path, sizeof path, shim.pid, "/children");
    own_children = (i32)open_proc_file(shim.pid, path, O_RDONLY);
}

int proc_usable(void)
{
    return proc_directory >= 0;
}

/* Calls EACH for every number that names an entry of the directory. */
static void for_each_number(i32 directory, void (*each)(i32 number, i32 context), i32 context)
{
    char buffer[2048] __attribute__((aligned(8)));
    long n;
    while ((n = sys3(getdents64, directory, buffer, sizeof buffer)) > 0) {
        for (long at = 0; at < n;) {
            struct directory_entry *entry = (struct directory_entry *)(buffer + at);
            if (entry->name[0] >= '0' && entry->name[0] <= '9') each((i32)text_number(entry->name), context);
            at += entry->length;
        }
    }
}

static void close_number(i32 number, i32 listing)
{
    if (number >= FD_FIRST_STRAY && number != listing) sys1(close, number);
}

void proc_close_descriptors(u32 first)
{
    if (sys3(close_range, first, ~0U, 0) == 0) return;
    i32 listing = (i32)open_at(AT_FDCWD, "/proc/self/fd", O_RDONLY | O_DIRECTORY, 0);
    if (listing >= 0) for_each_number(listing, close_number, listing);
    else for (i32 fd = (i32)first; fd < DESCRIPTORS_TO_GUESS; fd++) sys1(close, fd);
    close_fd(&listing);
}

static const char *skip_fields(const char *at, i32 count)
{
    while (count > 0 && *at)
        if (*at++ == ' ') count--;
    return at;
}

static long read_stat(i32 pid, const char *file, struct process *process)
{
    char text[512];
    i32 fd = (i32)open_proc_file(pid, file, O_RDONLY);
    if (fd < 0) return fd;
    long n = read_start(fd, text, sizeof text);
    close_fd(&fd);
    if (n <= 0) return n < 0 ? n : -E_SRCH;

    /* The name in parentheses may hold anything, also ") R 1": only the last parenthesis closes it. */
    const char *at = NULL;
    for (char *c = text; *c; c++)
        if (*c == ')') at = c;
    if (!at || at[1] != ' ') return -E_INVAL;
    at += 2;
    process->state = *at;
    process->parent = (i32)text_number(skip_fields(at, 1));
    process->threads = (u32)text_number(skip_fields(at, 17));
    process->start = text_number(skip_fields(at, 19));
    return 0;
}

long proc_read(i32 pid, struct process *process)
{
    return read_stat(pid, "/stat", process);
}

int process_is_dead(const struct process *process)
{
    return process->state == 'X' || (process->state == 'Z' && process->threads <= 1);
}

static int stands_still(char state)
{
    return state == 'T' || state == 't' || state == 'Z' || state == 'X';
}

static u32 threads_that_move;

static void look_at_thread(i32 thread, i32 pid)
{
    struct process process;
    char path[64];
    thread_file(path, sizeof path, thread, "/stat");
    if (read_stat(pid, path, &process) == 0 && !stands_still(process.state)) threads_that_move++;
}

/* The state of a process is that of its first thread alone. */
int proc_stands_still(i32 pid, const struct process *process)
{
    if (!stands_still(process->state)) return 0;
    if (process->threads <= 1) return 1;
    i32 threads = (i32)open_proc_file(pid, "/task", O_RDONLY | O_DIRECTORY);
    if (threads < 0) return 0;
    threads_that_move = 0;
    for_each_number(threads, look_at_thread, pid);
    close_fd(&threads);
    return threads_that_move == 0;
}

int proc_lists_children(void)
{
    return own_children >= 0;
}

static void read_numbers(i32 fd, i32 parent, found_child found)
{
    char buffer[4096];
    long n;
    u64 number = 0;
    while ((n = read_fd(fd, buffer, sizeof buffer)) > 0) {
        for (long i = 0; i < n; i++) {
            if (buffer[i] >= '0' && buffer[i] <= '9') number = number * 10 + (u64)(buffer[i] - '0');
            else if (number > 0) {
                found((i32)number, parent);
                number = 0;
            }
        }
    }
    if (number > 0) found((i32)number, parent);
}

static found_child found_by_thread;

static void children_of_thread(i32 thread, i32 pid)
{
    char path[64];
    thread_file(path, sizeof path, thread, "/children");
    i32 fd = (i32)open_proc_file(pid, path, O_RDONLY);
    if (fd < 0) return;
    read_numbers(fd, pid, found_by_thread);
    close_fd(&fd);
}

static void child_of_shim_by_scan(i32 pid, i32 parent)
{
    struct process process;
    if (proc_read(pid, &process) == 0 && process.parent == parent) found_by_thread(pid, parent);
}

void proc_children(i32 pid, found_child found)
{
    if (proc_directory < 0) return;
    found_by_thread = found;
    if (pid == shim.pid && own_children >= 0) {
        /* Kept open: with no descriptor free the sweep still gets at its own children, and in the end all become its own. */
        sys3(lseek, own_children, 0, SEEK_SET);
        read_numbers(own_children, pid, found);
        return;
    }
    if (own_children < 0) {
        /* Without the children files only our own children are looked for: their children become ours when they die. */
        if (pid != shim.pid) return;
        i32 all = (i32)open_at(proc_directory, ".", O_RDONLY | O_DIRECTORY, 0);
        if (all >= 0) for_each_number(all, child_of_shim_by_scan, pid);
        close_fd(&all);
        return;
    }
    i32 threads = (i32)open_proc_file(pid, "/task", O_RDONLY | O_DIRECTORY);
    if (threads < 0) return;
    for_each_number(threads, children_of_thread, pid);
    close_fd(&threads);
}

static long open_own(const char *file, i32 flags)
{
    char path[64];
    struct line line = { path, 0, sizeof path - 1 };
    line_text(&line, "self/");
    line_text(&line, file);
    path[line.length] = 0;
    return open_at(proc_directory, path, flags, 0);
}

long proc_open_own(const char *file)
{
    return open_own(file, O_RDONLY);
}

long proc_open_own_for_writing(const char *file)
{
    return open_own(file, O_WRONLY);
}

/* A path that does not fit is an error: a cut path could look like another one. */
long proc_cgroup_path(i32 pid, char *path, size capacity)
{
    char text[4608];
    i32 fd = (i32)(pid > 0 ? open_proc_file(pid, "/cgroup", O_RDONLY) : open_own("cgroup", O_RDONLY));
    if (fd < 0) return fd;
    long n = read_start(fd, text, sizeof text);
    close_fd(&fd);
    if (n <= 0) return n < 0 ? n : -E_SRCH;
    const char *at = text_starts(text, "0::") ? text : text_find(text, "\n0::");
    if (!at) return -E_NOENT;
    at += *at == '\n' ? 4 : 3;
    size length = 0;
    while (at[length] && at[length] != '\n') length++;
    if (at[length] != '\n' || length >= capacity) return -E_2BIG;
    memcpy(path, at, length);
    path[length] = 0;
    return (long)length;
}
