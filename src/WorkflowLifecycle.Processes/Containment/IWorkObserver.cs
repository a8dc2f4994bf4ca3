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
    IDisposable EnterSection(ContainmentRecord containment, CriticalSectionKind kind, string name);

    /// <summary>The critical sections of a run that somebody is in now, whoever entered them. Empty where the run has no directory for them.</summary>
    IReadOnlyList<CriticalSection> ReadSections(ContainmentRecord containment);

    /// <summary>Completes when a critical section of that kind is left, told by the kernel, not by looking again and again.</summary>
    /// <remarks>Others may be entered: read again.</remarks>
    Task WaitForSectionAsync(ContainmentRecord containment, CriticalSectionKind kind, CancellationToken cancellationToken);

    /// <summary>Processes of a run that write to a repository, and live <c>*.lock</c> files of the repository and worktree of its work directory.</summary>
    IReadOnlyList<InFlightWork> FindGitWork(RunRecord run, IReadOnlyList<ProcessSnapshot> processes);

    /// <summary>Processes of a run that hold the write lock of a SQLite database below its work directory.</summary>
    IReadOnlyList<InFlightWork> FindSqliteWork(RunRecord run, IReadOnlyList<ProcessSnapshot> processes);

    /// <summary>Regular files below the work directory of a run that one of its processes has open for writing and that changed a moment ago.</summary>
    /// <param name="run">The run; its own output files are left out.</param>
    /// <param name="processes">Its processes.</param>
    /// <param name="moment">How long ago still counts.</param>
    IReadOnlyList<InFlightWork> FindChangingFiles(RunRecord run, IReadOnlyList<ProcessSnapshot> processes, TimeSpan moment);
}
