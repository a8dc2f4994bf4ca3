namespace WorkflowLifecycle.Processes;

/// <summary>Looks closely at a tree. Signals nobody, stops nobody, and opens none of the tree's files through its descriptors.</summary>
public interface IEvidenceReader
{
    /// <summary>Reads what the tree is doing. Bounded in time and room; what hangs is left behind and left out. Does not throw for a tree that is gone.</summary>
    /// <param name="run">The run.</param>
    /// <param name="ceiling">When it returns at the latest, with what was read by then.</param>
    /// <returns>Not redacted yet: NUL is between the arguments of command lines.</returns>
    Task<TreeEvidence> CaptureAsync(RunRecord run, TimeSpan ceiling);

    /// <summary>What the first threads of a process call themselves: anybody may read that, and no lock of the process is in the way. Empty when it is gone.</summary>
    /// <param name="pid">The process.</param>
    IReadOnlyList<string> ReadThreadNames(int pid) => [];
}
