namespace WorkflowLifecycle;

/// <summary>How a program is told to leave in a graceful kill, step by step, before SIGKILL.</summary>
public sealed record TerminationLadder
{
    /// <summary>SIGTERM to the whole tree.</summary>
    public static readonly TerminationLadder Default = new();

    private const int MostSteps = 10;
    private const int SigTerm = 15;

    private readonly IReadOnlyList<TerminationStep> _steps = [TerminationStep.SendSignal(SigTerm)];

    /// <summary>The steps, 1 to 10, in order. Each is taken only while the tree is still there.</summary>
    /// <exception cref="ArgumentException">None, or more.</exception>
    public IReadOnlyList<TerminationStep> Steps
    {
        get => _steps;
        init => _steps = value is { Count: >= 1 and <= MostSteps }
            ? value
            : throw new ArgumentException($"A ladder has 1 to {MostSteps} steps.", nameof(value));
    }

    /// <summary>Whom the signals go to. Default: the whole tree.</summary>
    public TerminationScope Scope { get; init; }
}
