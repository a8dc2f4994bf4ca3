namespace WorkflowLifecycle.Processes;

/// <summary>A program and the containment it is to run in.</summary>
public sealed record ContainmentSpec
{
    /// <summary>The run, for names that people see.</summary>
    public required RunId RunId { get; init; }

    /// <summary>32 hexadecimal digits: names the run directory and the cgroup.</summary>
    public required string InternalId { get; init; }

    /// <summary>Where the run's row is, as in <see cref="IProcessStore.Location"/>: who finds what is left of the run asks there first. Null when nobody said.</summary>
    public string? Store { get; init; }

    /// <summary>The host that launches it, by its name as in <see cref="RunRecord.LaunchedBy"/>: who ends the run while its row cannot be read asks by that who may. Null when nobody said.</summary>
    public string? LaunchedBy { get; init; }

    /// <summary>The run under which it is launched; a kill of that ends this one, also while the rows cannot be read.</summary>
    public RunId? ParentRun { get; init; }

    /// <summary>The program: absolute after <see cref="IContainmentPlatform.Resolve"/>.</summary>
    public required string Program { get; init; }

    /// <summary>argv, the program's name first.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>Working directory: absolute after <see cref="IContainmentPlatform.Resolve"/>.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>The whole environment of the program. The platform adds what it owns (notify socket, run directory).</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>What the program reads.</summary>
    public InputMode Input { get; init; }

    /// <summary>The file to read with <see cref="InputMode.File"/>.</summary>
    public string? InputFile { get; init; }

    /// <summary>Where its output goes.</summary>
    public OutputMode Output { get; init; }

    /// <summary>What happens when the host dies.</summary>
    public OnHostExit OnHostExit { get; init; }

    /// <summary>How long processes may stay after the root program exited by itself; <see cref="Timeout.InfiniteTimeSpan"/>: until they end by themselves.</summary>
    public TimeSpan LeftoverGrace { get; init; }

    /// <summary>Ways out to close. What cannot be closed fails the launch.</summary>
    public Hardening Hardening { get; init; }

    /// <summary>Bytes per output file before it is rotated.</summary>
    public long OutputFileCap { get; init; }

    /// <summary>Rotated files kept per stream.</summary>
    public int OutputFilesKept { get; init; }

    /// <summary>
    /// The program does not start before the clock by which the system stamps births of files has passed this moment, so that what is stamped earlier is not
    /// the program's. That clock ticks every 1 to 10 ms, and lags by up to two ticks. Null: nobody asks. A clock that was set back ends the wait after 20 looks of a millisecond, and
    /// proves nothing then.
    /// </summary>
    public DateTimeOffset? StampedFrom { get; init; }
}
