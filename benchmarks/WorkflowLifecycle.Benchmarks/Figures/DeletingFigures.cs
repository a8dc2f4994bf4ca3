using System.Diagnostics;
using WorkflowLifecycle.Benchmarks.Measuring;
using WorkflowLifecycle.Benchmarks.Trees;
using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle.Benchmarks.Figures;

/// <summary>How long a working directory of 100,000 files takes to delete, held against <c>rm -rf</c>.</summary>
internal static class DeletingFigures
{
    private const int Files = 100_000;
    private const int Directories = 100;

    // Each round makes two such trees, which takes far longer than deleting them.
    private const int WarmUpRounds = 1;
    private const int Rounds = 7;

    public static async IAsyncEnumerable<Figure> MeasureAsync(TreeRoom room)
    {
        PairedSamples samples = await PairedRun.MeasureAsync(Rounds, () => DeleteAsync(room), () => RemoveAsync(room), WarmUpRounds);
        yield return FigureFactory.Ratio($"delete {Files} files in {Directories} directories", "rm -rf", samples, 1.5);
    }

    private static async Task<double> DeleteAsync(TreeRoom room)
    {
        string path = Make(room);
        IResourceProvider cleaner = WorkDirectoryCleaner.Create(new WorkDirectoryCleanerOptions(), static (_, _) => ValueTask.FromResult<IReadOnlyList<OccupiedPlace>>([]), TimeProvider.System);
        string internalId = Guid.NewGuid().ToString("N");
        RunRecord run = new()
        {
            RunId = RunId.New(),
            InternalId = internalId,
            State = RunState.Exited,
            LaunchedBy = "host:benchmarks",
            Program = "true",
            WorkingDirectory = path,
            Host = new ProcessIdentity { HostId = "here", BootId = "this", Pid = 1, StartTicks = 1 },
            CreatedAt = TimeProvider.System.GetUtcNow(),
        };
        LaunchRequest request = new("true") { WorkingDirectory = path, WorkDirectory = WorkDirectoryPolicy.Delete };
        ProvidedResources provided = await cleaner.ProvideAsync(new ProvisionContext { Run = run, Request = request });
        long started = Stopwatch.GetTimestamp();
        await cleaner.CleanAsync(provided.Resources[0], new CleanupContext { Run = run, Moment = CleanupMoment.AfterEnd });
        return Taken(started, path);
    }

    private static async Task<double> RemoveAsync(TreeRoom room)
    {
        string path = Make(room);
        long started = Stopwatch.GetTimestamp();
        using Process rm = Process.Start("rm", ["-rf", path]);
        await rm.WaitForExitAsync();
        return Taken(started, path);
    }

    private static double Taken(long started, string path)
    {
        double taken = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        return Directory.Exists(path) ? throw new InvalidOperationException($"{path} is still there.") : taken;
    }

    private static string Make(TreeRoom room)
    {
        string path = Directory.CreateDirectory(room.NewPath("tree")).FullName;
        for (int i = 0; i < Directories; i++)
        {
            string directory = Directory.CreateDirectory(Path.Combine(path, $"d{i}")).FullName;
            for (int file = 0; file < Files / Directories; file++)
            {
                using FileStream made = new(Path.Combine(directory, $"file-{file}"), FileMode.CreateNew, FileAccess.Write, FileShare.None, 0);
            }
        }

        return path;
    }
}
