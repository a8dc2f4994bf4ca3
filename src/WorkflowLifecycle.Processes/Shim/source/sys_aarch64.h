/* arm64: entry point, system call instruction, system call numbers, and the open flags that differ between architectures. */
#ifndef SHIM_SYS_AARCH64_H
#define SHIM_SYS_AARCH64_H

#define ENTRY_POINT \
    __asm__(".text\n.globl _start\n_start:\n" \
            "mov x29, #0\nmov x30, #0\nmov x0, sp\nand sp, x0, #-16\nbl shim_main\nbrk #1\n")

static inline long sys_call(long number, long a, long b, long c, long d, long e, long f)
{
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = e;
    register long x5 __asm__("x5") = f;
    __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory", "cc");
    return x0;
}

enum system_calls {
    SYS_getcwd = 17, SYS_fcntl = 25, SYS_dup3 = 24, SYS_mkdirat = 34, SYS_unlinkat = 35, SYS_renameat = 38, SYS_umount2 = 39, SYS_mount = 40, SYS_chdir = 49, SYS_fchdir = 50,
    SYS_openat = 56, SYS_close = 57, SYS_pipe2 = 59, SYS_getdents64 = 61, SYS_lseek = 62, SYS_read = 63, SYS_write = 64,
    SYS_pread64 = 67, SYS_pwrite64 = 68, SYS_ppoll = 73, SYS_signalfd4 = 74, SYS_readlinkat = 78,
    SYS_exit_group = 94, SYS_unshare = 97, SYS_clock_gettime = 113, SYS_kill = 129, SYS_rt_sigaction = 134, SYS_rt_sigprocmask = 135,
    SYS_setsid = 157, SYS_umask = 166, SYS_prctl = 167, SYS_getpid = 172, SYS_geteuid = 175, SYS_getegid = 177, SYS_socket = 198,
    SYS_bind = 200, SYS_listen = 201, SYS_sendto = 206, SYS_recvfrom = 207, SYS_getsockopt = 209, SYS_munmap = 215,
    SYS_clone = 220, SYS_execve = 221, SYS_mmap = 222, SYS_accept4 = 242, SYS_wait4 = 260, SYS_prlimit64 = 261, SYS_seccomp = 277,
    SYS_pidfd_send_signal = 424, SYS_pidfd_open = 434, SYS_clone3 = 435, SYS_close_range = 436, SYS_mount_setattr = 442,
    SYS_landlock_create_ruleset = 444, SYS_landlock_add_rule = 445, SYS_landlock_restrict_self = 446
};

enum { O_DIRECTORY = 040000, O_NOFOLLOW = 0100000 };

#endif
