#ifndef SHIM_REQUESTS_H
#define SHIM_REQUESTS_H

#include "types.h"

/* Handles one datagram; a payload that is too short counts as if zeros followed, surplus bytes are ignored. */
void request_handle(u32 peer, const u8 *datagram, size length);

/* The answer to GO, when the launch has come to its result. */
void request_answer_started(void);
void request_answer_failed(u32 stage, i32 error);

/* The answer to FREEZE: 0 or -errno. */
void request_answer_freeze(u32 peer, u32 seq, long error);

#endif
