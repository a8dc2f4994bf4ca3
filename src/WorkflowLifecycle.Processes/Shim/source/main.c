/* workflow-lifecycle-shim: holds one run. PROTOCOL.md says what it is given, what it says and what it leaves behind. */
#include "cgroup.h"
#include "control.h"
#include "hardening.h"
#include "loop.h"
#include "messages.h"
#include "notify.h"
#include "output.h"
#include "proc.h"
#include "records.h"
#include "shim.h"
#include "spec.h"

ENTRY_POINT;

struct shim shim;

static void __attribute__((noreturn)) leave(i32 code)
{
    control_close();
    notify_close();
    for (;;) sys1(exit_group, code);
}

static void __attribute__((noreturn)) fail(u32 stage, long error)
{
    struct { struct message_header header; struct failed_payload payload; } message =
        { { MSG_FAILED, PROTOCOL_VERSION, 0 }, { stage, (i32)-error } };
    sys6(sendto, FD_HOST, &message, sizeof message, MSG_NOSIGNAL | MSG_DONTWAIT, 0, 0);
    journal_numbers("failed", "stage", stage, "errno", (u64)-error);
    leave(1);
}

/* The run's name as it stands in argv[0], made harmless for a file of lines. */
static void take_run_id(const char *argument)
{
    const char *name = argument ? text_find(argument, " ") : NULL;
    size length = 0;
    for (name = name ? name + 1 : ""; *name && length < RUN_ID_MAX; name++)
        shim.run_id[length++] = *name > ' ' && *name < 127 ? *name : '?';
}

/* An inherited "ignore" of SIGCHLD would let the kernel reap by itself: exit codes would be lost, and numbers of our children reused. */
static void reset_child_signal(void)
{
    struct { u64 handler, flags, restorer, mask; } standard = { 0, 0, 0, 0 };
    sys4(rt_sigaction, SIGCHLD, &standard, 0, 8);
}

static void block_signals(void)
{
    u64 all = ~0UL, child = 1UL << (SIGCHLD - 1);
    sys4(rt_sigprocmask, SIG_SETMASK, &all, 0, 8);
    shim.signal_fd = (i32)sys4(signalfd4, -1, &child, 8, O_NONBLOCK | O_CLOEXEC);
}

static void check_host_pidfd(void)
{
    if (!(spec.flags & SPEC_HOST_PIDFD)) return;
    long result = sys4(pidfd_send_signal, FD_HOST_PIDFD, 0, 0, 0);
    if (result == -E_BADF || result == -E_INVAL) fail(STAGE_SPEC, -E_BADF);
}

/*
 * Emulators such as qemu-user do not pass prctl 36 on, but the attribute is kept by exec, so whoever started us may have set it.
 * Seen by doing: a grandchild whose parent exits must become ours, as a zombie too.
 */
static int orphans_come_to_us(void)
{
    long child = sys6(clone, SIGCHLD, 0, 0, 0, 0, 0);
    if (child == 0) {
        sys6(clone, SIGCHLD, 0, 0, 0, 0, 0);
        for (;;) sys1(exit_group, 0);
    }
    if (child < 0) return 0;
    while (sys4(wait4, child, 0, ALL_CHILDREN, 0) == -E_INTR) { }
    long orphan;
    do orphan = sys4(wait4, -1, 0, ALL_CHILDREN, 0); while (orphan == -E_INTR);
    return orphan > 0;
}

static void take_hold_of_the_tree(void)
{
    reset_child_signal();
    long error = sys6(prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0, 0);
    if (error && !orphans_come_to_us()) fail(STAGE_SUBREAPER, error);
    /* No process of the same user may trace the shim or take its descriptors. */
    sys6(prctl, PR_SET_DUMPABLE, 0, 0, 0, 0, 0);
    sys6(prctl, PR_SET_NAME, "wl-shim", 0, 0, 0, 0);
    block_signals();
    if (shim.signal_fd < 0) fail(STAGE_SUBREAPER, shim.signal_fd);
}

static void open_sockets(void)
{
    long error = sys1(fchdir, FD_RUN_DIRECTORY);
    if (!error) error = control_open();
    if (!error) error = notify_open();
    if (error) fail(STAGE_SOCKET, error);
}

__attribute__((used, noreturn)) void shim_main(const u64 *stack)
{
    char **argv = (char **)(stack + 1);
    proc_close_descriptors(FD_FIRST_STRAY);
    for (i32 fd = FD_HOST; fd < FD_FIRST_STRAY; fd++) sys3(fcntl, fd, F_SETFD, FD_CLOEXEC);
    shim.pid = (i32)sys0(getpid);
    shim.uid = (u32)sys0(geteuid);
    shim.leftover_deadline = NEVER;
    shim.program_umask = (u32)sys1(umask, 077);
    take_run_id(stack[0] > 0 ? argv[0] : NULL);
    journal_open();

    long error = spec_read();
    if (error) fail(STAGE_SPEC, error);
    check_host_pidfd();
    take_hold_of_the_tree();
    proc_open();
    if (spec.flags & SPEC_CGROUP) {
        error = cgroup_open();
        if (error) fail(STAGE_CGROUP, error);
        shim.has_cgroup = 1;
    }
    if (spec.flags & SPEC_OUTPUT_FILES) {
        error = output_open();
        if (error) fail(STAGE_OUTPUT, error);
    }
    if (spec.hardening) {
        u32 stage = 0;
        error = hardening_check(&stage);
        if (error) fail(stage, error);
    }
    open_sockets();
    control_tell_ready();
    loop_run();
    output_drain_rest();
    leave(0);
}
