namespace WorkflowLifecycle;

/// <summary>
/// A launched run. To call, not to implement. Disposing detaches: output goes on being drained, and the host's exit applies
/// <see cref="LaunchRequest.OnHostExit"/>. Only kill verbs kill.
/// </summary>
public interface ITrackedProcess : IAsyncDisposable
{
    /// <summary>The run.</summary>
    RunId RunId { get; }

    /// <summary>The root program's process.</summary>
    ProcessIdentity Identity { get; }

    /// <summary>How firmly the tree is held.</summary>
    ContainmentStrength Strength { get; }

    /// <summary>The program's standard input with <see cref="InputMode.Pipe"/>; otherwise a stream that refuses writing.</summary>
    Stream StandardInput { get; }

    /// <summary>The program's output from its beginning, both streams in order of arrival. One reader at a time. Ends when the output ends.</summary>
    /// <remarks>The program never waits for the reader: what is not read in time is spilled to a file. Empty unless output is captured.</remarks>
    IAsyncEnumerable<OutputLine> ReadOutputLinesAsync(CancellationToken cancellationToken = default);

    /// <summary>Waits until the whole tree is gone and its end is recorded. Cancelling the wait ends nothing.</summary>
    Task<RunResult> WaitForExitAsync(CancellationToken cancellationToken = default);

    /// <summary>Says that the run is ready: Initializing becomes Running. Later calls only renew the status text.</summary>
    Task MarkReadyAsync(string? status = null, CancellationToken cancellationToken = default);
}
