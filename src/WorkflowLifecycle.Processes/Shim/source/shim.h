/* What the shim knows: one run, one state, one thread. */
#ifndef SHIM_SHIM_H
#define SHIM_SHIM_H

#include "sys.h"
#include "text.h"

enum given_descriptors { FD_HOST = 3, FD_SPEC = 4, FD_RUN_DIRECTORY = 5, FD_HOST_PIDFD = 6, FD_CGROUP = 7, FD_FIRST_STRAY = 8 };
enum spec_flags { SPEC_HOST_PIDFD = 1, SPEC_CGROUP = 2, SPEC_KILL_ON_HOST_EXIT = 4, SPEC_OUTPUT_FILES = 8 };
enum stages { STAGE_SPEC = 1, STAGE_SUBREAPER, STAGE_SOCKET, STAGE_CGROUP, STAGE_CLONE, STAGE_SESSION, STAGE_STDIO, STAGE_CHDIR, STAGE_EXEC, STAGE_OUTPUT,
              STAGE_NO_NEW_PRIVS, STAGE_LANDLOCK, STAGE_PID_NAMESPACE, STAGE_MOUNTS };
enum phases { PHASE_WAITING, PHASE_RUNNING, PHASE_ROOT_EXITED, PHASE_EMPTY };
enum ended_by { BY_ITSELF, BY_END, BY_HOST_EXIT, BY_LEFTOVER_POLICY };
enum proofs { PROOF_NO_CHILDREN = 1, PROOF_CGROUP_EMPTY = 2 };
enum hardenings { HARDEN_NO_NEW_PRIVS = 1, HARDEN_LANDLOCK = 2, HARDEN_PID_NAMESPACE = 4, HARDEN_KNOWN = 7, HARDENED_RUN_DIRECTORY = 0x100 };
enum { LEAVE_LEFTOVERS = 0xFFFFFFFFu, RUN_ID_MAX = 200, STATUS_TEXT_MOST = 500 };

struct root_exit {
    u32 how;
    i32 status;
    u64 realtime_ns, boottime_ns, utime_us, stime_us, max_rss_kib;
};

struct tree_end {
    u32 proof, sigkills, leftovers, walkers, ended_by;
    u64 realtime_ns, boottime_ns;
};

struct shim {
    i32 pid;
    u32 uid;
    u32 program_umask;
    char run_id[RUN_ID_MAX + 1];

    u32 phase;
    u8 host_gone, ending, has_cgroup, go_received, started, leaving;
    u8 ready_seen, stopping_seen, output_seen, output_dropped;
    u32 in_cgroup;
    u32 go_seq;

    i32 root_pid;          /* 0 before the launch */
    i32 init_pid;          /* of the run's PID namespace; 0 without one, and once it was reaped */
    u8 root_reaped;
    u8 no_children;        /* the last wait said ECHILD */
    struct root_exit exit;
    struct tree_end end;

    u64 started_realtime_ns, started_boottime_ns;
    u64 last_notify_boottime_ns, watchdog_usec, last_output_boottime_ns;
    u64 extend_boottime_ns, extend_usec, last_watchdog_boottime_ns;
    char status_text[STATUS_TEXT_MOST];
    u32 status_text_length;
    u64 leftover_deadline; /* monotonic; NEVER when no grace is running */

    u32 hardening, landlock_abi;   /* what is in force for the program */

    i32 signal_fd;
};

extern struct shim shim;

static inline u64 monotonic(void) { return clock_ns(CLOCK_MONOTONIC); }

#endif
