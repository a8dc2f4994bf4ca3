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

    /// <summary>What the program writes to standard output, unchanged, with <see cref="OutputMode.Stream"/>; otherwise an empty stream.</summary>
    /// <remarks>
    /// One reader at a time; nothing is kept for a second one. The program waits for the reader, so read both streams, or dispose the one
    /// that you do not want: the program then gets SIGPIPE or EPIPE, as in a shell. Ends with the output; at the latest, when nothing more
    /// comes, <see cref="WorkflowLifecycleOptions.OutputDrainLimit"/> after the end of the tree.
    /// </remarks>
    Stream StandardOutput { get; }

    /// <summary>What the program writes to standard error; as <see cref="StandardOutput"/>.</summary>
    Stream StandardError { get; }

    /// <summary>The program's output from its beginning, both streams in order of arrival. One reader at a time. Ends when the output ends.</summary>
    /// <remarks>The program never waits for the reader: what is not read in time is spilled to a file. Empty unless output is captured.</remarks>
    IAsyncEnumerable<OutputLine> ReadOutputLinesAsync(CancellationToken cancellationToken = default);

    /// <summary>Waits until the whole tree is gone and its end is recorded. Cancelling the wait ends nothing.</summary>
    Task<RunResult> WaitForExitAsync(CancellationToken cancellationToken = default);

    /// <summary>Says that the run is ready: Initializing becomes Running. Later calls only renew the status text.</summary>
    Task MarkReadyAsync(string? status = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Enters a critical section on the run's behalf: a graceful kill waits until it is left, up to the ceiling of its kind. Sections nest and
    /// run side by side. The kernel leaves it when this process dies. An emergency waits for nothing.
    /// </summary>
    /// <param name="kind">What it protects: decides which phase waits, and how long.</param>
    /// <param name="name">For people: 1 to 100 visible characters.</param>
    /// <param name="cancellationToken">Ends the wait for the store.</param>
    /// <returns>Dispose to leave it.</returns>
    /// <exception cref="ArgumentException">The name is empty, longer, or has control characters.</exception>
    /// <exception cref="RunIsEndingException">The run is being ended, or is over. Inside a section that this host is in already, another is still entered.</exception>
    Task<IAsyncDisposable> EnterCriticalSectionAsync(CriticalSectionKind kind, string name, CancellationToken cancellationToken = default);
}
