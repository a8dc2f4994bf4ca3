namespace WorkflowLifecycle.Spooling;

/// <summary>What the spool holds of a kill: its intent, or with a report its outcome.</summary>
internal sealed record SpooledKill
{
    /// <summary>The store that was away.</summary>
    public required string Store { get; init; }

    /// <summary>The kill as it was asked for.</summary>
    public required KillRecord Kill { get; init; }

    /// <summary>Names the run's directory and cgroup.</summary>
    public required string InternalId { get; init; }

    /// <summary>On what ground it was permitted.</summary>
    public required string Ground { get; init; }

    /// <summary>How many processes were found.</summary>
    public required int Processes { get; init; }

    /// <summary>How firmly they were held.</summary>
    public required string Strength { get; init; }

    /// <summary>What it came to, without the lists, which no entry has room for; null in an intent.</summary>
    public KillReport? Report { get; init; }

    /// <summary>Whether SIGKILL was sent.</summary>
    public bool SentKill { get; init; }
}
