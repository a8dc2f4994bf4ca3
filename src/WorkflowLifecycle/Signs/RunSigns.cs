using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace WorkflowLifecycle.Signs;

/// <summary>The signs of the runs that this host watches. A run that another process launched has none here.</summary>
internal sealed class RunSigns(TimeProvider timeProvider)
{
    private readonly ConcurrentDictionary<RunId, ProgramSigns> _runs = new();

    /// <summary>Begins to keep the signs of a run.</summary>
    public ProgramSigns Open(RunId runId) => _runs.GetOrAdd(runId, _ => new ProgramSigns(timeProvider));

    /// <summary>The signs of a run that is watched here and not over.</summary>
    public bool TryGet(RunId runId, [NotNullWhen(true)] out ProgramSigns? signs) => _runs.TryGetValue(runId, out signs);

    /// <summary>The run is over: who waits is told, and nothing of it is kept.</summary>
    public void Close(RunId runId)
    {
        if (_runs.TryRemove(runId, out ProgramSigns? signs))
        {
            signs.Close();
        }
    }
}
