using Microsoft.Extensions.Options;
using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle.Shutdown;

/// <summary>The phases that every host has.</summary>
internal sealed class BuiltInPhases(IContainmentPlatform platform, WorkWait wait, IRedactor redactor, IOptions<WorkflowLifecycleOptions> options)
{
    public const string Git = "git";
    public const string Database = "database";
    public const string File = "file";
    public const string Other = "other";

    // A file that was not written to for that long is taken for one that merely stayed open.
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(250);

    public IShutdownPhase CreateGit() => Create(
        Git, CriticalSectionKind.Git, options.Value.GitCeiling, (run, processes) => platform.Work.FindGitWork(run, processes));

    public IShutdownPhase CreateDatabase() => Create(
        Database, CriticalSectionKind.Database, options.Value.DatabaseCeiling, (run, processes) => platform.Work.FindSqliteWork(run, processes));

    public IShutdownPhase CreateFile() => Create(
        File, CriticalSectionKind.File, options.Value.FileCeiling, (run, processes) => platform.Work.FindChangingFiles(run, processes, Moment));

    public IShutdownPhase CreateOther() => Create(Other, CriticalSectionKind.Other, options.Value.OtherCeiling, static (_, _) => []);

    private ObservedWorkPhase Create(
        string name, CriticalSectionKind kind, TimeSpan ceiling, Func<RunRecord, IReadOnlyList<ProcessSnapshot>, IReadOnlyList<InFlightWork>> find) =>
        new(name, kind, ceiling, platform, find, wait, redactor);
}
