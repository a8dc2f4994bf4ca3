/* x86-64: entry point, system call instruction, system call numbers, and the open flags that differ between architectures. */
#ifndef SHIM_SYS_X86_64_H
#define SHIM_SYS_X86_64_H

#define ENTRY_POINT \
    __asm__(".text\n.globl _start\n_start:\n" \
            "xor %ebp, %ebp\nmov %rsp, %rdi\nand $-16, %rsp\ncall shim_main\nhlt\n")

static inline long sys_call(long number, long a, long b, long c, long d, long e, long f)
{
    long result;
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}

enum system_calls {
    SYS_read = 0, SYS_write = 1, SYS_close = 3, SYS_lseek = 8, SYS_mmap = 9, SYS_munmap = 11, SYS_rt_sigaction = 13,
    SYS_rt_sigprocmask = 14, SYS_pread64 = 17, SYS_pwrite64 = 18, SYS_getpid = 39, SYS_socket = 41, SYS_sendto = 44,
    SYS_recvfrom = 45, SYS_bind = 49, SYS_listen = 50, SYS_getsockopt = 55, SYS_clone = 56, SYS_execve = 59,
    SYS_wait4 = 61, SYS_kill = 62, SYS_fcntl = 72, SYS_chdir = 80, SYS_fchdir = 81, SYS_umask = 95,
    SYS_getcwd = 79, SYS_geteuid = 107, SYS_getegid = 108, SYS_setsid = 112, SYS_prctl = 157, SYS_mount = 165, SYS_umount2 = 166, SYS_getdents64 = 217, SYS_clock_gettime = 228,
    SYS_exit_group = 231, SYS_openat = 257, SYS_mkdirat = 258, SYS_unlinkat = 263, SYS_renameat = 264, SYS_readlinkat = 267,
    SYS_ppoll = 271, SYS_unshare = 272, SYS_accept4 = 288, SYS_signalfd4 = 289, SYS_dup3 = 292, SYS_pipe2 = 293, SYS_prlimit64 = 302, SYS_seccomp = 317,
    SYS_pidfd_send_signal = 424, SYS_pidfd_open = 434, SYS_clone3 = 435, SYS_close_range = 436, SYS_mount_setattr = 442,
    SYS_landlock_create_ruleset = 444, SYS_landlock_add_rule = 445, SYS_landlock_restrict_self = 446
};

enum { O_DIRECTORY = 0200000, O_NOFOLLOW = 0400000 };

#endif
