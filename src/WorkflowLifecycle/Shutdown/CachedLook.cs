using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Redaction;

namespace WorkflowLifecycle.Shutdown;

/// <summary>The processes of a run as they are now, looked at once for all phases that ask at the same time.</summary>
internal sealed class CachedLook(IContainment containment, IRedactor redactor, TimeProvider timeProvider)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(80);
    private static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(5);

    private readonly Lock _lock = new();
    private IReadOnlyList<ProcessSnapshot> _processes = [];
    private long? _taken;

    public IReadOnlyList<ProcessSnapshot> Take()
    {
        lock (_lock)
        {
            if (_taken is not { } taken || timeProvider.GetElapsedTime(taken) > Fresh)
            {
                _processes = redactor.RedactProcesses(containment.Inspect(InspectionDepth.Full, Limit).Processes);
                _taken = timeProvider.GetTimestamp();
            }

            return _processes;
        }
    }

    /// <summary>What was seen before counts no more: the tree stands still now, or goes on.</summary>
    public void Forget()
    {
        lock (_lock)
        {
            _taken = null;
        }
    }
}
