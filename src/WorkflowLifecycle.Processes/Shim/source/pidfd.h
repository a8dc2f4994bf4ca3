/* Signals that reach exactly the process that was looked at, on every kernel that can do it. */
#ifndef SHIM_PIDFD_H
#define SHIM_PIDFD_H

#include "sys.h"

/* A pidfd, -ESRCH when the process is gone, or another -errno where the kernel has no pidfds or no descriptor is left. */
static inline i32 pidfd_of(i32 pid)
{
    return (i32)sys2(pidfd_open, pid, 0);
}

/* Without a pidfd the plain kill(2) remains: for our own unreaped children exact, for others after a look a moment ago. */
static inline long pidfd_signal(i32 pidfd, i32 pid, i32 signo)
{
    if (pidfd >= 0) {
        long result = sys4(pidfd_send_signal, pidfd, signo, 0, 0);
        if (result != -E_NOSYS) return result;
    }
    return pid > 1 ? sys2(kill, pid, signo) : -E_SRCH;
}

#endif
