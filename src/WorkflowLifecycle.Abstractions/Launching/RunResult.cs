namespace WorkflowLifecycle;

/// <summary>How a run ended. Its whole tree is gone, or the state says what is not proven.</summary>
public sealed record RunResult
{
    /// <summary>The run.</summary>
    public required RunId RunId { get; init; }

    /// <summary>The final state.</summary>
    public required RunState State { get; init; }

    /// <summary>Exit code of the root program; null when a signal ended it or nobody saw it.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The signal that ended the root program; null otherwise.</summary>
    public int? ExitSignal { get; init; }

    /// <summary>From the program's first instruction to the end of its tree.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>What proves that nothing is left.</summary>
    public EndProof Proof { get; init; }

    /// <summary>How many processes were still there when the root program exited by itself. They were ended, or stayed as <see cref="LeftoverPolicy.Keep"/> says.</summary>
    public int Leftovers { get; init; }

    /// <summary>
    /// Those of them that were seen right after; command lines are redacted. Fewer than <see cref="Leftovers"/> where they left faster than they could
    /// be looked at, and none where this host did not watch.
    /// </summary>
    public IReadOnlyList<ProcessSnapshot> LeftoverProcesses { get; init; } = [];

    /// <summary>The end of what was captured from standard output (at most 1 Mi characters); empty when output was not captured.</summary>
    public string StandardOutput { get; init; } = string.Empty;

    /// <summary>The end of what was captured from standard error (at most 1 Mi characters); empty when output was not captured.</summary>
    public string StandardError { get; init; } = string.Empty;

    /// <summary>True when the captured text is not all that was written: too long, or the pipe was held open past the drain limit.</summary>
    public bool OutputTruncated { get; init; }

    /// <summary>The kill that ended the run; null when it ended by itself.</summary>
    public KillId? KillId { get; init; }
}
