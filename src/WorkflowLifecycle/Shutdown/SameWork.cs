namespace WorkflowLifecycle.Shutdown;

/// <summary>Whether two looks saw the same work. A look that is short of time may not find out who is at it.</summary>
internal static class SameWork
{
    public static bool IsSameAs(this InFlightWork work, InFlightWork other) =>
        work.Description == other.Description && work.Path == other.Path && (work.Pid is null || other.Pid is null || (work.Pid == other.Pid && work.StartTicks == other.StartTicks));

    public static bool IsAmong(this InFlightWork work, IReadOnlyList<InFlightWork> others) => others.Any(work.IsSameAs);
}
