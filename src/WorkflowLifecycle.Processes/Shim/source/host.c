#include "host.h"
#include "ending.h"
#include "records.h"
#include "shim.h"
#include "spec.h"

void host_died(void)
{
    if (shim.host_gone) return;
    shim.host_gone = 1;
    journal_event("host-exit");
    if (!shim.go_received) shim.leaving = 1;
    else if (spec.flags & SPEC_KILL_ON_HOST_EXIT) ending_begin(BY_HOST_EXIT);
}

void host_channel_closed(void)
{
    if (!(spec.flags & SPEC_HOST_PIDFD)) host_died();
    else if (!shim.go_received) shim.leaving = 1;
}
