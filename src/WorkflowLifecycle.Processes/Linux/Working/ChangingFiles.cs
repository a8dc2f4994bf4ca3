using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Working;

/// <summary>Finds files that are being written: open for writing, and changed a moment ago.</summary>
internal sealed class ChangingFiles(OpenFiles openFiles, TimeProvider timeProvider)
{
    private const int MostLines = 50;
    private const int LongestDescription = 200;
    private const string RepositoryPart = "/.git/";

    // Those of SQLite, beside their database: a transaction is seen by its lock, and without one they are at rest.
    private static readonly string[] _databaseSuffixes = ["-wal", "-shm", "-journal"];

    public IReadOnlyList<InFlightWork> Find(string workDirectory, string? runDirectory, IReadOnlyList<ProcessSnapshot> processes, TimeSpan moment)
    {
        IReadOnlyList<string> repositories = GitRepository.DirectoriesOf(workDirectory);
        return [.. openFiles.Below([workDirectory], processes)
            .Where(file => !IsLeftOut(file.Path, runDirectory, repositories) && file.IsForWriting && IsChanging(file, moment) && !SqliteWork.IsInUse(file))
            .GroupBy(file => file.Path)
            .Select(OpenFiles.OfItsOpener)
            .Take(MostLines)
            .Select(file => new InFlightWork(VisibleText.Of(Path.GetFileName(file.Path), LongestDescription))
            {
                Pid = file.Process.Pid,
                StartTicks = file.Process.StartTicks,
                Path = file.Path,
            })];
    }

    private static bool IsLeftOut(string path, string? runDirectory, IReadOnlyList<string> repositories) =>
        (runDirectory is not null && WorkPath.IsBelow(path, runDirectory))
        || path.Contains(RepositoryPart, StringComparison.Ordinal)
        || _databaseSuffixes.Any(suffix => path.EndsWith(suffix, StringComparison.Ordinal) && FileFacts.Of(path[..^suffix.Length]) is not null)
        || repositories.Any(repository => WorkPath.IsBelow(path, repository));

    // Through the descriptor, so that it is the very file that is written to, whatever has its name by now. A change of its size is one of
    // its time. Times of the future are somebody's choice, or another machine's clock, and no sign of work.
    private bool IsChanging(OpenFile file, TimeSpan moment) =>
        FileLook.TryTake(file.Entry, followLinks: true, out FileLook look) && look.IsRegularFile
        && (timeProvider.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks - (look.ModifiedNanoseconds / TimeSpan.NanosecondsPerTick) is var age
        && age <= moment.Ticks && age >= -moment.Ticks;
}
