#include "freeze.h"
#include "cgroup.h"
#include "control.h"
#include "records.h"
#include "shim.h"
#include "spec.h"

enum { THAW_RETRY = 50 * MILLISECOND };

static u8 frozen;

long freeze_for(u32 peer, u32 lease_ms)
{
    if (!shim.has_cgroup) return -E_NOTSUP;
    if (lease_ms == 0) return -E_INVAL;
    /* A frozen tree would still die, but its end would have to wait for nobody: no new lease once the ending began. */
    if (shim.ending || shim.phase == PHASE_EMPTY) return -E_BUSY;
    if (lease_ms > spec.freeze_lease_max_ms) lease_ms = spec.freeze_lease_max_ms;
    cgroup_step_out();
    long error = cgroup_freeze(1);
    if (error) return error;
    frozen = 1;
    control_set_lease(peer, monotonic() + lease_ms * MILLISECOND);
    journal_number("freeze", "lease_ms", lease_ms);
    return 0;
}

void freeze_end(void)
{
    control_clear_leases();
    if (!frozen || (cgroup_freeze(0) != 0 && cgroup_populated() != 0)) return;
    frozen = 0;
    journal_event("thaw");
}

u64 freeze_check(u64 now)
{
    if (!frozen) return NEVER;
    u64 until = control_latest_lease();
    if (until > now) return until;
    freeze_end();
    return frozen ? now + THAW_RETRY : NEVER;
}

int freeze_is_on(void)
{
    return frozen;
}
