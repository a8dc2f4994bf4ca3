namespace WorkflowLifecycle;

/// <summary>One rung of a <see cref="TerminationLadder"/>.</summary>
public sealed record TerminationStep
{
    private const int HighestSignal = 64;
    private const int LongestText = 4096;

    private readonly TimeSpan? _wait;

    /// <summary>How the program is told.</summary>
    public TerminationStepKind Kind { get; init; }

    /// <summary>The number of the signal; 0 for the other kinds.</summary>
    public int Signal { get; init; }

    /// <summary>The line, without its line break, or the command's program; null for a signal.</summary>
    public string? Text { get; init; }

    /// <summary>The arguments of a command.</summary>
    public IReadOnlyList<string> Arguments { get; init => field = value ?? []; } = [];

    /// <summary>
    /// How long this step gets before the next. Default: half of what is left of the terminate ceiling; the last step gets all that is left.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Not above 0, or above 24 hours.</exception>
    public TimeSpan? Wait
    {
        get => _wait;
        init => _wait = value is null || (value > TimeSpan.Zero && value <= KillRequest.MaximumGracePeriod)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A wait is above 0 and at most 24 hours.");
    }

    /// <summary>Sends a signal.</summary>
    /// <param name="signal">Its number: 1 to 64, and neither SIGKILL (9) nor SIGSTOP (19), which no program can answer.</param>
    /// <param name="wait">See <see cref="Wait"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">Another number.</exception>
    public static TerminationStep SendSignal(int signal, TimeSpan? wait = null) => signal is >= 1 and <= HighestSignal and not (9 or 19)
        ? new TerminationStep { Kind = TerminationStepKind.Signal, Signal = signal, Wait = wait }
        : throw new ArgumentOutOfRangeException(nameof(signal), signal, "A signal that a program can answer: 1 to 64, neither 9 (SIGKILL) nor 19 (SIGSTOP).");

    /// <summary>Writes a line to standard input. It is stored as it is, so no secrets in it.</summary>
    /// <param name="line">Up to 4,096 characters without line breaks and NUL.</param>
    /// <param name="wait">See <see cref="Wait"/>.</param>
    /// <exception cref="ArgumentException">Longer, or with such characters.</exception>
    public static TerminationStep WriteLine(string line, TimeSpan? wait = null)
    {
        ArgumentNullException.ThrowIfNull(line);
        return line.Length <= LongestText && line.AsSpan().IndexOfAny("\r\n\0") < 0
            ? new TerminationStep { Kind = TerminationStepKind.InputLine, Text = line, Wait = wait }
            : throw new ArgumentException($"A line has at most {LongestText} characters, and no line break or NUL among them.", nameof(line));
    }

    /// <summary>
    /// Runs a command in the run's working directory, as a run of its own, as the user who launched the run; as root only in the process that did. It finds the main process in <c>MAINPID</c> and the run in
    /// <c>WORKFLOW_LIFECYCLE_TARGET_RUN_ID</c>. It is stored as it is, so no secrets in it.
    /// </summary>
    /// <param name="program">A path, or a name that is looked up in PATH.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <exception cref="ArgumentException">No program.</exception>
    public static TerminationStep RunCommand(string program, params IReadOnlyList<string> arguments)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(program);
        ArgumentNullException.ThrowIfNull(arguments);
        return new TerminationStep { Kind = TerminationStepKind.Command, Text = program, Arguments = arguments };
    }
}
