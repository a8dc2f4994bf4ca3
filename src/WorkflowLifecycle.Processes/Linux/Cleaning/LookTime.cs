namespace WorkflowLifecycle.Processes.Linux.Cleaning;

/// <summary>
/// How long a look may take. Usually until it is told to stop. In an emergency the first signal waits 20 ms at most for all that is asked before it, and what
/// comes later is lost: there a look gives back what it has a good while earlier. A look that no end of a run waits for has no context.
/// </summary>
internal sealed class LookTime(CleanupContext? context, TimeProvider timeProvider, CancellationToken stop)
{
    private static readonly TimeSpan InAnEmergency = TimeSpan.FromMilliseconds(12);

    private readonly bool _isShort = context is { Moment: CleanupMoment.BeforeEnd, Mode: KillMode.Emergency };

    /// <summary>When the look began, by the clock's timestamp.</summary>
    public long Started { get; } = timeProvider.GetTimestamp();

    /// <summary>Whether what was not looked at yet is to be left out: in an emergency alone.</summary>
    /// <exception cref="OperationCanceledException">It was told to stop.</exception>
    public bool IsUp()
    {
        if (_isShort)
        {
            return stop.IsCancellationRequested || timeProvider.GetElapsedTime(Started) >= InAnEmergency;
        }

        stop.ThrowIfCancellationRequested();
        return false;
    }
}
