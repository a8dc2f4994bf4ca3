using Microsoft.Extensions.Logging;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Telemetry;

namespace WorkflowLifecycle.Launching;

/// <summary>Warns once per start when trees are held less firmly than they could be.</summary>
internal sealed class StrengthNotice(ILogger<StrengthNotice> logger)
{
    private int _told;

    public void Tell(ContainmentAbility ability)
    {
        if (ability.Strength is not (ContainmentStrength.CgroupAndReaper or ContainmentStrength.JobObject) && Interlocked.Exchange(ref _told, 1) == 0)
        {
            Log.WeakStrength(logger, ability.Strength, ability.Why);
        }
    }
}
