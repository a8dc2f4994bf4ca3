using WorkflowLifecycle.Signs;

namespace WorkflowLifecycle.Launching;

/// <summary>A program's output on its way to the host that launched it.</summary>
internal abstract class HostOutput(PatternWatch? pattern) : IDisposable
{
    /// <summary>What looks for the line that says "ready"; null where none was declared.</summary>
    public PatternWatch? Pattern { get; } = pattern;

    /// <summary>Completes with the first byte of output.</summary>
    public abstract Task FirstOutput { get; }

    /// <summary>The end of the text on standard output, where it is kept.</summary>
    public virtual string StandardOutput => string.Empty;

    /// <summary>The end of the text on standard error, where it is kept.</summary>
    public virtual string StandardError => string.Empty;

    /// <summary>True when the kept text is not all that was written.</summary>
    public virtual bool IsTruncated => false;

    /// <summary>Standard output as it is written, for a reader who wants bytes.</summary>
    public virtual Stream RawOutput => Stream.Null;

    /// <summary>Standard error as it is written, likewise.</summary>
    public virtual Stream RawError => Stream.Null;

    /// <summary>Both streams by the line, for a reader who wants lines.</summary>
    public virtual IAsyncEnumerable<OutputLine> ReadLinesAsync(CancellationToken cancellationToken) => AsyncEnumerable.Empty<OutputLine>();

    /// <summary>The tree is over: takes what is left of the output, but waits neither for a reader nor for a stranger who holds a pipe open.</summary>
    public abstract Task FinishAsync(TimeSpan limit, TimeProvider timeProvider);

    /// <summary>Nobody reads any more. The program must not notice: its pipes go on being drained, and are closed at their end.</summary>
    public abstract void Dispose();
}
