namespace WorkflowLifecycle.Processes;

/// <summary>The containment of one run, opened by any process of the same user or root: to look at it and to end it.</summary>
public interface IContainment : IAsyncDisposable
{
    /// <summary>The strength as it is now: lower than recorded when the holder does not answer.</summary>
    ContainmentStrength Strength { get; }

    /// <summary>Whether somebody has already cleaned, which nobody does before the proof.</summary>
    bool IsCleaned { get; }

    /// <summary>Takes the run's kill lock: who holds it executes the kill. The kernel frees it when the holder's process dies.</summary>
    /// <returns>Dispose to free it. Null when there is none to be had: the run directory is gone, or the program spoilt the lock.</returns>
    Task<IDisposable?> LockAsync(CancellationToken cancellationToken = default);

    /// <summary>Reaches for the holder, at most 250 ms. Lowers <see cref="Strength"/> when it does not answer.</summary>
    /// <returns>What the holder knows, or the records that it left; null when it does not answer and left none.</returns>
    Task<HoldStatus?> ConnectAsync(CancellationToken cancellationToken = default);

    /// <summary>How many processes the run has, at the cost of a few system calls: what <see cref="Inspect"/> will describe.</summary>
    int Count(InspectionDepth depth);

    /// <summary>
    /// The processes of the run. Bounded in time; <c>Truncated</c> when it was cut short. Command lines are not redacted yet: NUL is between
    /// their arguments, so that each can be by itself.
    /// </summary>
    ProcessListing Inspect(InspectionDepth depth, TimeSpan limit);

    /// <summary>
    /// Freezes the whole tree through its holder, which thaws it by itself when the lease ends or this process goes away, and at once when
    /// the run is ended.
    /// </summary>
    /// <param name="lease">How long, at most; holders cap it (2 s unless they were told otherwise).</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>True once every process stands still. False, and nothing is left frozen, when that cannot be had: there is no holder, it is too old for it, or its bound passed.</returns>
    Task<bool> FreezeAsync(TimeSpan lease, CancellationToken cancellationToken = default);

    /// <summary>Lets a frozen tree go on; does nothing to one that is not.</summary>
    Task ThawAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Sends a signal, followed by SIGCONT where a stopped process would sit on it. A tree that is frozen by stop signals goes on with that,
    /// each process with the signal pending; one that its cgroup holds gets it when it thaws.
    /// </summary>
    /// <param name="signal">Its number, 1 to 64.</param>
    /// <param name="scope">Whom it is for.</param>
    /// <param name="patience">How long the holder leaves what remains alone after the root program exited; zero = as the run's policy says.</param>
    /// <param name="cancellationToken">Ends the wait for the holder's answer.</param>
    /// <returns>How many were signalled.</returns>
    Task<int> SignalAsync(int signal, SignalScope scope, TimeSpan patience, CancellationToken cancellationToken = default);

    /// <summary>How much longer the program asked to be given, by its last EXTEND_TIMEOUT_USEC; zero when it did not, that time is over, or no holder answers. Nothing has capped it.</summary>
    Task<TimeSpan> ReadExtensionAsync(CancellationToken cancellationToken = default);

    /// <summary>Begins to end everything with SIGKILL; goes on until nothing is left.</summary>
    Task EndAsync(KillId killId, CancellationToken cancellationToken = default);

    /// <summary>Waits for the holder's word that nothing is left. Ends nothing.</summary>
    /// <returns>Null at once when no holder answers, or when it is lost.</returns>
    Task<EndNotice?> WatchEndAsync(CancellationToken cancellationToken = default);

    /// <summary>Whether a process is in the run's cgroup; null when there is none or it cannot be told.</summary>
    bool? IsPopulated();

    /// <summary>After <see cref="EndAsync"/>: waits for proof that nothing is left, and goes on ending what it finds.</summary>
    /// <returns>The proof; or null when, at this strength, nothing is known to be left and nothing can prove it.</returns>
    Task<EndNotice?> WaitForEndAsync(CancellationToken cancellationToken = default);

    /// <summary>Frees the containment after its end was proven: cgroup, holder, sockets, and the run directory but for the records of the end.</summary>
    Task<IReadOnlyList<CleanupResult>> CleanAsync(bool keepOutput, CancellationToken cancellationToken = default);

    /// <summary>What the holder wrote down of its acts, in order; empty where there is none, and once the run was cleaned.</summary>
    IReadOnlyList<JournalEntry> ReadJournal() => [];

    /// <summary>Takes the records of the end away, and the run directory with them. Only once the outcome is on record: until then a resumed kill needs them.</summary>
    /// <returns>What could not be removed, by path.</returns>
    IReadOnlyList<string> DiscardRecords(bool keepOutput);
}
