using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Working;

/// <summary>Linux: sections are locks of flock(2); the rest is seen in <c>/proc</c>.</summary>
internal sealed class WorkObserver : IWorkObserver
{
    private const int LongestName = 100;

    private readonly SectionReader _sections;
    private readonly SectionWaits _waits;
    private readonly GitWork _git;
    private readonly SqliteWork _sqlite;
    private readonly ChangingFiles _files;

    public WorkObserver(Machine machine, TimeProvider timeProvider)
    {
        SectionFiles files = new(machine.PidNamespace);
        _sections = new SectionReader(files, timeProvider);
        _waits = new SectionWaits(files, timeProvider);
        OpenFiles openFiles = new(timeProvider);
        _git = new GitWork(openFiles);
        _sqlite = new SqliteWork(openFiles);
        _files = new ChangingFiles(openFiles, timeProvider);
    }

    public IDisposable EnterSection(ContainmentRecord containment, CriticalSectionKind kind, string name) =>
        name.Length is > 0 and <= LongestName && VisibleText.Of(name, LongestName) == name
            ? HeldSection.Enter(containment, kind, name)
            : throw new ArgumentException("The name of a critical section is 1 to 100 visible characters.", nameof(name));

    public IReadOnlyList<CriticalSection> ReadSections(ContainmentRecord containment) => _sections.Read(containment);

    public Task WaitForSectionAsync(ContainmentRecord containment, CriticalSectionKind kind, CancellationToken cancellationToken) =>
        _waits.WaitAsync(containment, kind, cancellationToken);

    public IReadOnlyList<InFlightWork> FindGitWork(RunRecord run, IReadOnlyList<ProcessSnapshot> processes) =>
        _git.Find(WorkDirectoryOf(run), processes);

    public IReadOnlyList<InFlightWork> FindSqliteWork(RunRecord run, IReadOnlyList<ProcessSnapshot> processes) =>
        _sqlite.Find(WorkDirectoryOf(run), processes);

    public IReadOnlyList<InFlightWork> FindChangingFiles(RunRecord run, IReadOnlyList<ProcessSnapshot> processes, TimeSpan moment) =>
        _files.Find(WorkDirectoryOf(run), run.Containment is { } containment ? WorkPath.OfDirectory(containment.RunDirectory) : null, processes, moment);

    // What the kernel says of open files has no links in it. A work directory that is gone is still the beginning of their paths.
    private static string WorkDirectoryOf(RunRecord run) => WorkPath.OfDirectory(run.WorkingDirectory) ?? run.WorkingDirectory;
}
