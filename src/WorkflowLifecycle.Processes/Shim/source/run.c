#include "run.h"
#include "control.h"
#include "launch.h"
#include "namespace.h"
#include "records.h"
#include "requests.h"
#include "shim.h"
#include "tree.h"

enum { REAPED_AT_ONCE = 1024, HOW_EXITED = 1, HOW_SIGNALLED = 2 };

void run_check_launch(void)
{
    u32 stage = 0;
    i32 error = 0;
    if (launch_pipe() < 0) return;
    enum launch_results result = launch_result(&stage, &error);
    if (result == LAUNCH_PENDING) return;
    if (result == LAUNCH_STARTED) {
        shim.started = 1;
        shim.started_realtime_ns = clock_ns(CLOCK_REALTIME);
        shim.started_boottime_ns = clock_ns(CLOCK_BOOTTIME);
        journal_numbers("started", "pid", (u64)shim.root_pid, "in_cgroup", shim.in_cgroup);
        request_answer_started();
        return;
    }
    /* It says FAILED and exits: what is reported as never run must not even be a zombie. */
    if (!shim.root_reaped) {
        sys2(kill, shim.root_pid, SIGKILL);
        while (sys4(wait4, shim.root_pid, 0, ALL_CHILDREN, 0) == -E_INTR) { }
        shim.root_reaped = 1;
    }
    namespace_undo();
    request_answer_failed(stage, error);
}

static void root_exited(i32 status, const struct usage *usage)
{
    shim.root_reaped = 1;
    namespace_root_reaped();
    run_check_launch();
    if (!shim.started) return;
    i32 signo = status & 0x7f;
    shim.exit.how = signo ? HOW_SIGNALLED : HOW_EXITED;
    shim.exit.status = signo ? signo : (status >> 8) & 0xff;
    shim.exit.realtime_ns = clock_ns(CLOCK_REALTIME);
    shim.exit.boottime_ns = clock_ns(CLOCK_BOOTTIME);
    shim.exit.utime_us = (u64)usage->user_s * 1000000 + (u64)usage->user_us;
    shim.exit.stime_us = (u64)usage->system_s * 1000000 + (u64)usage->system_us;
    shim.exit.max_rss_kib = (u64)usage->max_rss_kib;
    shim.phase = PHASE_ROOT_EXITED;
    control_tell_exit();
    journal_numbers("exit", "how", shim.exit.how, "status", (u64)shim.exit.status);
    records_exit_is_due();
}

u32 run_reap(void)
{
    u32 reaped = 0;
    shim.no_children = 0;
    while (reaped < REAPED_AT_ONCE) {
        i32 status = 0;
        struct usage usage;
        long pid = sys4(wait4, -1, &status, WNOHANG | ALL_CHILDREN, &usage);
        if (pid == -E_INTR) continue;
        if (pid == -E_CHILD) shim.no_children = 1;
        if (pid <= 0) break;
        reaped++;
        tree_forget((i32)pid);
        if (pid == shim.init_pid) {
            shim.init_pid = 0;
            continue;
        }
        if (shim.ending && (status & 0x7f) == SIGKILL) shim.end.sigkills++;
        if (pid == shim.root_pid && !shim.root_reaped) root_exited(status, &usage);
    }
    return reaped;
}
