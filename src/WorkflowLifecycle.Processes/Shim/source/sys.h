/* The kernel as the shim sees it: raw calls that return a value or -errno, never a global errno. */
#ifndef SHIM_SYS_H
#define SHIM_SYS_H

#include "types.h"

#if defined(__x86_64__)
#include "sys_x86_64.h"
#elif defined(__aarch64__)
#include "sys_aarch64.h"
#else
#error "The shim knows x86-64 and arm64."
#endif

enum {
    O_RDONLY = 0, O_WRONLY = 1, O_CREAT = 0100, O_EXCL = 0200, O_TRUNC = 01000, O_APPEND = 02000, O_NONBLOCK = 04000,
    O_CLOEXEC = 02000000, O_PATH = 010000000,
    F_SETFD = 2, F_GETFL = 3, F_SETFL = 4, FD_CLOEXEC = 1, SEEK_SET = 0, SEEK_END = 2, RLIMIT_NOFILE = 7,
    PROT_READ = 1, PROT_WRITE = 2, MAP_PRIVATE = 2, MAP_ANONYMOUS = 32,
    AF_UNIX = 1, SOCK_DGRAM = 2, SOCK_SEQPACKET = 5, SOCK_NONBLOCK = 04000, SOCK_CLOEXEC = 02000000,
    SOL_SOCKET = 1, SO_PEERCRED = 17, MSG_DONTWAIT = 0x40, MSG_NOSIGNAL = 0x4000,
    POLLIN = 1, POLLPRI = 2, POLLOUT = 4, POLLERR = 8, POLLHUP = 16,
    PR_SET_PDEATHSIG = 1, PR_SET_DUMPABLE = 4, PR_SET_NAME = 15, PR_SET_CHILD_SUBREAPER = 36, PR_SET_NO_NEW_PRIVS = 38,
    SIGKILL = 9, SIGTERM = 15, SIGCHLD = 17, SIGCONT = 18, SIGSTOP = 19, SIGTSTP = 20, SIGTTIN = 21, SIGTTOU = 22,
    LAST_SIGNAL = 64, SIG_SETMASK = 2,
    WNOHANG = 1, ALL_CHILDREN = 0x40000000,
    CLOCK_REALTIME = 0, CLOCK_MONOTONIC = 1, CLOCK_BOOTTIME = 7
};
#define AT_FDCWD (-100)
#define CLONE_INTO_CGROUP 0x200000000UL
#define CLONE_PARENT 0x8000UL
#define CLONE_NEWNS 0x20000UL
#define CLONE_NEWUSER 0x10000000UL
#define CLONE_NEWPID 0x20000000UL

struct timespec { i64 seconds, nanoseconds; };
struct pollfd { i32 fd; short events, revents; };
struct peer_credentials { i32 pid; u32 uid, gid; };
struct usage { i64 user_s, user_us, system_s, system_us, max_rss_kib, others[13]; };
struct clone_arguments { u64 flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid, set_tid_size, cgroup; };
struct unix_address { u16 family; char path[108]; };

#define sys0(n) sys_call(SYS_##n, 0, 0, 0, 0, 0, 0)
#define sys1(n, a) sys_call(SYS_##n, (long)(a), 0, 0, 0, 0, 0)
#define sys2(n, a, b) sys_call(SYS_##n, (long)(a), (long)(b), 0, 0, 0, 0)
#define sys3(n, a, b, c) sys_call(SYS_##n, (long)(a), (long)(b), (long)(c), 0, 0, 0)
#define sys4(n, a, b, c, d) sys_call(SYS_##n, (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)
#define sys5(n, a, b, c, d, e) sys_call(SYS_##n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), 0)
#define sys6(n, a, b, c, d, e, f) sys_call(SYS_##n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

static inline void close_fd(i32 *fd)
{
    if (*fd >= 0) sys1(close, *fd);
    *fd = -1;
}

static inline u64 clock_ns(i32 clock)
{
    struct timespec now = { 0, 0 };
    sys2(clock_gettime, clock, &now);
    return (u64)now.seconds * SECOND + (u64)now.nanoseconds;
}

static inline long open_at(i32 directory, const char *name, i32 flags, u32 mode)
{
    long fd;
    do fd = sys4(openat, directory, name, flags | O_CLOEXEC, mode); while (fd == -E_INTR);
    return fd;
}

static inline long read_fd(i32 fd, void *buffer, size length)
{
    long n;
    do n = sys3(read, fd, buffer, length); while (n == -E_INTR);
    return n;
}

/* Reads a small file from its beginning; the result is NUL-terminated and cut at the buffer's end. */
static inline long read_start(i32 fd, char *buffer, size capacity)
{
    long n;
    do n = sys4(pread64, fd, buffer, capacity - 1, 0); while (n == -E_INTR);
    buffer[n > 0 ? n : 0] = 0;
    return n;
}

/* Writes everything or returns the error that stopped it. */
static inline long write_all(i32 fd, const void *buffer, size length)
{
    const char *at = buffer;
    while (length > 0) {
        long n = sys3(write, fd, at, length);
        if (n == -E_INTR) continue;
        if (n < 0) return n;
        at += n;
        length -= (size)n;
    }
    return 0;
}

#endif
