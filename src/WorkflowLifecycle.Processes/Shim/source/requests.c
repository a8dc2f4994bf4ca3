#include "requests.h"
#include "control.h"
#include "ending.h"
#include "freeze.h"
#include "launch.h"
#include "messages.h"
#include "records.h"
#include "shim.h"
#include "signals.h"

enum { SCOPE_ROOT = 0, SCOPE_TREE = 1, PAYLOAD_KNOWN = 16 };

static void reply_done(u32 peer, u32 seq)
{
    control_reply(peer, MSG_DONE, seq, NULL, 0);
}

static void reply_error(u32 peer, const struct message_header *header, long error)
{
    struct error_payload payload = { (i32)-error, header->type };
    control_reply(peer, MSG_ERROR, header->seq, &payload, sizeof payload);
}

static void reply_done_or_error(u32 peer, const struct message_header *header, long error)
{
    if (error) reply_error(peer, header, error);
    else reply_done(peer, header->seq);
}

static void status(u32 peer, u32 seq)
{
    struct status_payload payload;
    size length = status_payload(&payload);
    control_reply(peer, MSG_STATUS_REPLY, seq, &payload, length);
}

static void send_signal(u32 peer, const struct message_header *header, u32 signo, u32 scope, u32 patience_ms)
{
    if (signo < 1 || signo > LAST_SIGNAL || scope > SCOPE_TREE) {
        reply_error(peer, header, -E_INVAL);
        return;
    }
    /* The ending owns the table of descendants, and everybody is about to get SIGKILL anyway. */
    if (shim.ending && scope == SCOPE_TREE && shim.phase != PHASE_EMPTY) {
        reply_error(peer, header, -E_BUSY);
        return;
    }
    struct signal_count result = scope == SCOPE_ROOT ? signals_to_root((i32)signo) : signals_to_tree((i32)signo);
    if (patience_ms > 0) ending_be_patient(monotonic() + patience_ms * MILLISECOND);
    journal_signal(signo, scope, result.signalled, result.failed);
    struct signalled_payload payload = { result.signalled, result.failed, result.first_errno };
    control_reply(peer, MSG_SIGNALLED, header->seq, &payload, sizeof payload);
}

static void end(u32 peer, const struct message_header *header, const u8 *kill_id)
{
    journal_end(kill_id);
    reply_done(peer, header->seq);
    if (shim.phase == PHASE_EMPTY) control_send_empty(peer);
    else ending_begin(BY_END);
}

void request_answer_started(void)
{
    struct started_payload payload = { shim.root_pid, shim.in_cgroup };
    control_reply(PEER_HOST, MSG_STARTED, shim.go_seq, &payload, sizeof payload);
}

void request_answer_failed(u32 stage, i32 error)
{
    struct failed_payload payload = { stage, error };
    control_reply(PEER_HOST, MSG_FAILED, shim.go_seq, &payload, sizeof payload);
    journal_numbers("failed", "stage", stage, "errno", (u64)error);
    shim.leaving = 1;
}

void request_answer_freeze(u32 peer, u32 seq, long error)
{
    struct message_header request = { MSG_FREEZE, PROTOCOL_VERSION, seq };
    reply_done_or_error(peer, &request, error);
}

static void freeze(u32 peer, const struct message_header *header, u32 lease_ms)
{
    long error = freeze_for(peer, header->seq, lease_ms);
    if (error) reply_error(peer, header, error);
}

static void go(u32 peer, const struct message_header *header)
{
    u32 stage = 0;
    if (peer != PEER_HOST) {
        reply_error(peer, header, -E_PERM);
        return;
    }
    if (shim.go_received) {
        reply_error(peer, header, -E_ALREADY);
        return;
    }
    shim.go_received = 1;
    shim.go_seq = header->seq;
    /* Somebody ended the run before it began: nothing of it may start any more. */
    if (shim.ending || shim.phase == PHASE_EMPTY) {
        request_answer_failed(STAGE_CLONE, E_CANCELED);
        return;
    }
    long error = launch_begin(&stage);
    if (error) request_answer_failed(stage, (i32)-error);
    else shim.phase = PHASE_RUNNING;
}

static void release(u32 peer, const struct message_header *header)
{
    if (shim.phase != PHASE_EMPTY) {
        reply_error(peer, header, -E_BUSY);
        return;
    }
    reply_done(peer, header->seq);
    journal_event("released");
    shim.leaving = 1;
}

void request_handle(u32 peer, const u8 *datagram, size length)
{
    struct message_header header = { 0, 0, 0 };
    u32 numbers[PAYLOAD_KNOWN / sizeof(u32)] = { 0 };
    if (length < sizeof header) {
        reply_error(peer, &header, -E_BADMSG);
        return;
    }
    memcpy(&header, datagram, sizeof header);
    length -= sizeof header;
    memcpy(numbers, datagram + sizeof header, length < sizeof numbers ? length : sizeof numbers);

    switch (header.type) {
    case MSG_STATUS: status(peer, header.seq); break;
    case MSG_SIGNAL: send_signal(peer, &header, numbers[0], numbers[1], numbers[2]); break;
    case MSG_FREEZE: freeze(peer, &header, numbers[0]); break;
    case MSG_THAW: freeze_end(-E_CANCELED); reply_done(peer, header.seq); break;
    case MSG_END: end(peer, &header, (const u8 *)numbers); break;
    case MSG_WATCH: control_watch(peer); status(peer, header.seq); break;
    case MSG_RELEASE: release(peer, &header); break;
    case MSG_GO: go(peer, &header); break;
    default: reply_error(peer, &header, -E_NOSYS); break;
    }
}
