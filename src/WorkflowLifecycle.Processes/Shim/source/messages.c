#include "messages.h"
#include "freeze.h"
#include "shim.h"

struct exit_payload exit_payload(void)
{
    struct exit_payload payload = {
        shim.exit.how, shim.exit.status, shim.exit.realtime_ns, shim.exit.boottime_ns,
        shim.exit.utime_us, shim.exit.stime_us, shim.exit.max_rss_kib
    };
    return payload;
}

struct empty_payload empty_payload(void)
{
    struct empty_payload payload = {
        shim.end.proof, shim.end.sigkills, shim.end.leftovers, shim.end.walkers, shim.end.ended_by,
        shim.end.realtime_ns, shim.end.boottime_ns
    };
    return payload;
}

static u32 status_flags(void)
{
    return (shim.ending ? 1u : 0) | (shim.host_gone ? 2u : 0) | (freeze_is_on() ? 4u : 0) | (shim.ready_seen ? 8u : 0)
        | (shim.stopping_seen ? 16u : 0) | (shim.output_seen ? 32u : 0) | (shim.has_cgroup ? 64u : 0) | (shim.output_dropped ? 128u : 0);
}

size status_payload(struct status_payload *payload)
{
    struct status_payload filled = {
        shim.phase, status_flags(), shim.pid, shim.root_pid, shim.exit.how, shim.exit.status,
        shim.end.proof, shim.end.sigkills, shim.end.leftovers, shim.end.walkers, shim.end.ended_by, PROTOCOL_VERSION,
        shim.started_realtime_ns, shim.started_boottime_ns, shim.last_notify_boottime_ns, shim.watchdog_usec,
        shim.last_output_boottime_ns, shim.exit.realtime_ns, shim.end.realtime_ns,
        shim.extend_boottime_ns, shim.extend_usec, shim.last_watchdog_boottime_ns, (u16)shim.status_text_length, ""
    };
    memcpy(filled.status_text, shim.status_text, shim.status_text_length);
    *payload = filled;
    return sizeof filled - STATUS_TEXT_MOST + shim.status_text_length;
}
