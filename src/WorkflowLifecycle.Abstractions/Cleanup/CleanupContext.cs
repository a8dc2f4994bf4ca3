namespace WorkflowLifecycle;

/// <summary>What a cleaner is told of the end that it is part of.</summary>
public sealed record CleanupContext
{
    /// <summary>The run's row.</summary>
    public required RunRecord Run { get; init; }

    /// <summary>When this is.</summary>
    public required CleanupMoment Moment { get; init; }

    /// <summary>The kill; null for a run that ended by itself.</summary>
    public KillId? KillId { get; init; }

    /// <summary>The kill's mode when the question was asked; null for a run that ended by itself.</summary>
    public KillMode? Mode { get; init; }

    /// <summary>Who was there before the first signal, or is there while the run goes on. Empty where nobody looked: at a run's own end, and for a debt.</summary>
    public IReadOnlyList<ProcessSnapshot> Processes { get; init; } = [];

    /// <summary>True when <see cref="Processes"/> is not everybody.</summary>
    public bool ProcessesTruncated { get; init; }

    /// <summary>What is known of this cleaner's resources already: from the launch, and from earlier looks.</summary>
    public IReadOnlyList<RunResource> Known { get; init; } = [];

    /// <summary>Takes what a long piece of work has to say; see <see cref="Tell"/>. Set by who makes the context.</summary>
    public Action<string> Telling { get; init; } = static _ => { };

    /// <summary>Says how far a long piece of work is, in a few words, at most a few times a second. It goes to who watches the end, and is not kept.</summary>
    public void Tell(string progress) => Telling(progress);
}
