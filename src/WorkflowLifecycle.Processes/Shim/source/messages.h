/* The messages of PROTOCOL.md, as they lie in a datagram. */
#ifndef SHIM_MESSAGES_H
#define SHIM_MESSAGES_H

#include "shim.h"

enum message_types {
    MSG_STATUS = 1, MSG_SIGNAL = 2, MSG_FREEZE = 3, MSG_THAW = 4, MSG_END = 5, MSG_WATCH = 6, MSG_RELEASE = 7, MSG_GO = 16,
    MSG_STATUS_REPLY = 65, MSG_SIGNALLED = 66, MSG_DONE = 67, MSG_ERROR = 68,
    MSG_READY = 80, MSG_STARTED = 81, MSG_FAILED = 82, MSG_EXIT = 83, MSG_EMPTY = 84, MSG_NOTIFY = 85, MSG_OUTPUT = 86
};

enum { PROTOCOL_VERSION = 1, NOTIFY_MOST = 4096, MESSAGE_MOST = 8 + NOTIFY_MOST };

struct message_header { u16 type, version; u32 seq; };

struct signalled_payload { u32 count, failed; i32 first_errno; };
struct error_payload { i32 error; u32 request_type; };
struct ready_payload { i32 shim_pid; u32 hardening, landlock_abi; };
struct started_payload { i32 root_pid; u32 in_cgroup; };
struct failed_payload { u32 stage; i32 error; };
struct exit_payload { u32 how; i32 status; u64 realtime_ns, boottime_ns, utime_us, stime_us, max_rss_kib; } __attribute__((packed));
struct empty_payload { u32 proof, sigkills, leftovers, walkers, ended_by; u64 realtime_ns, boottime_ns; } __attribute__((packed));
struct status_payload {
    u32 phase, flags;
    i32 shim_pid, root_pid;
    u32 exit_how;
    i32 exit_status;
    u32 proof, sigkills, leftovers, walkers, ended_by, protocol;
    u64 started_realtime_ns, started_boottime_ns, last_notify_boottime_ns, watchdog_usec, last_output_boottime_ns;
    u64 exit_realtime_ns, empty_realtime_ns;
    u64 extend_boottime_ns, extend_usec, last_watchdog_boottime_ns;
    u16 status_text_length;
    char status_text[STATUS_TEXT_MOST];   /* sent as far as it is filled */
} __attribute__((packed));

struct exit_payload exit_payload(void);
struct empty_payload empty_payload(void);

/* Fills the payload; returns how much of it is to be sent. */
size status_payload(struct status_payload *payload);

#endif
