namespace WorkflowLifecycle.Processes;

/// <summary>What a run is in the middle of: critical sections that it entered, and work that can be seen from outside. Signals nobody.</summary>
public interface IWorkObserver
{
    /// <summary>Enters a critical section on behalf of a run, in this process. The kernel leaves it when the process dies.</summary>
    /// <param name="containment">The run's.</param>
    /// <param name="kind">What it protects.</param>
    /// <param name="name">For people: 1 to 100 visible characters.</param>
    /// <returns>Dispose to leave it.</returns>
    /// <exception cref="IOException">The run directory is gone or takes no file.</exception>
    /// <exception cref="ArgumentException">The name is empty, too long, or has characters that cannot be seen.</exception>
    /// <remarks>The program can delete what stands for it: then nobody sees the section any more. Disposing twice is harmless.</remarks>
    IDisposable EnterSection(ContainmentRecord containment, CriticalSectionKind kind, string name);

    /// <summary>The critical sections of a run that somebody is in now, whoever entered them. Empty where the run has no directory for them.</summary>
    /// <remarks>At most 100, bounded in time. Names are not redacted yet. A section whose holder cannot be told has no PID.</remarks>
    IReadOnlyList<CriticalSection> ReadSections(ContainmentRecord containment);

    /// <summary>Completes when a critical section of that kind is left, told by the kernel, not by looking again and again; at once where there is none.</summary>
    /// <remarks>
    /// Others may be entered: read again. Sections that share a file are left together, when the last of them is. For an instant nobody else
    /// gets the lock. A wait that is cancelled leaves a thread that ends with the section, one for each file, and 64 in all: beyond them, and
    /// where the lock cannot be waited for, the wait is over after 50 ms.
    /// </remarks>
    Task WaitForSectionAsync(ContainmentRecord containment, CriticalSectionKind kind, CancellationToken cancellationToken);

    /// <summary>Processes of a run that write to a repository, and live <c>*.lock</c> files of the repository and worktree of its work directory.</summary>
    /// <remarks>One line for each command that was given, none for its helpers. A lock file is live while one of the processes has it open for writing. At most 80 ms, newest processes first.</remarks>
    IReadOnlyList<InFlightWork> FindGitWork(RunRecord run, IReadOnlyList<ProcessSnapshot> processes);

    /// <summary>Processes of a run that hold the write lock of a SQLite database below its work directory.</summary>
    /// <remarks>The database is not opened. At most 80 ms, newest processes first.</remarks>
    IReadOnlyList<InFlightWork> FindSqliteWork(RunRecord run, IReadOnlyList<ProcessSnapshot> processes);

    /// <summary>Regular files below the work directory of a run that one of its processes has open for writing and that changed a moment ago.</summary>
    /// <param name="run">The run; its own output files are left out.</param>
    /// <param name="processes">Its processes.</param>
    /// <param name="moment">How long ago still counts.</param>
    /// <remarks>Left out: repositories, and the companions of SQLite databases. At most 50 lines and 80 ms, newest processes first: in a tree with some ten thousand open files the oldest processes are not looked at.</remarks>
    IReadOnlyList<InFlightWork> FindChangingFiles(RunRecord run, IReadOnlyList<ProcessSnapshot> processes, TimeSpan moment);
}
