using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle.CriticalSections;

/// <summary>Enters critical sections on behalf of runs, for the code of this host.</summary>
internal sealed class SectionEntrance(IProcessStore store, IContainmentPlatform platform)
{
    private const int LongestName = 100;

    private readonly Lock _lock = new();
    private readonly Dictionary<RunId, int> _entered = [];

    /// <summary>Enters. Inside a section of the same run that this host is in already, also while the run is being ended.</summary>
    /// <exception cref="ArgumentException">The name is empty, longer than 100 characters, or has control characters.</exception>
    /// <exception cref="RunIsEndingException">The run is being ended, or is over.</exception>
    public async Task<IAsyncDisposable> EnterAsync(RunId runId, CriticalSectionKind kind, string name, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(name) || name.Length > LongestName || name.Any(char.IsControl))
        {
            throw new ArgumentException($"A critical section is named by 1 to {LongestName} visible characters.", nameof(name));
        }

        RunRecord run = await RequireGoingOnAsync(runId, cancellationToken).ConfigureAwait(false);
        IDisposable held = platform.Work.EnterSection(run.Containment!, kind, name);
        try
        {
            // A kill marks the run before it looks who is inside: either that look sees us, or we see the mark.
            _ = await RequireGoingOnAsync(runId, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            held.Dispose();
            throw;
        }

        lock (_lock)
        {
            _entered[runId] = _entered.GetValueOrDefault(runId) + 1;
        }

        return new EnteredSection(held, () => Leave(runId));
    }

    private async Task<RunRecord> RequireGoingOnAsync(RunId runId, CancellationToken cancellationToken)
    {
        RunRecord run = await store.FindRunAsync(runId, cancellationToken).ConfigureAwait(false) ?? throw new RunNotFoundException(runId, store.Location);
        bool isEnding = run.State == RunState.Stopping || run.State == RunState.KillUnconfirmed;
        return run.Containment is not null && !run.State.IsFinal && (!isEnding || IsInside(runId)) ? run : throw new RunIsEndingException(runId, run.State);
    }

    private bool IsInside(RunId runId)
    {
        lock (_lock)
        {
            return _entered.ContainsKey(runId);
        }
    }

    private void Leave(RunId runId)
    {
        lock (_lock)
        {
            int left = _entered[runId] - 1;
            if (left == 0)
            {
                _entered.Remove(runId);
            }
            else
            {
                _entered[runId] = left;
            }
        }
    }
}
