using System.Diagnostics;
using WorkflowLifecycle.Benchmarks.Measuring;
using WorkflowLifecycle.Benchmarks.Trees;
using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle.Benchmarks.Figures;

/// <summary>How long a working directory of 100,000 files takes to delete, held against <c>rm -rf</c>: two shapes, on the disk and in memory.</summary>
internal static class DeletingFigures
{
    private const string Memory = "/dev/shm";
    private const int Files = 100_000;
    private const int FewFiles = 1_000;
    private const int FewestRounds = 2;
    private const int MostRounds = 5;
    private const double Limit = 1.5;

    private static readonly TimeSpan _making = TimeSpan.FromSeconds(15);
    private static readonly int[] _shapes = [1, 100];

    public static async IAsyncEnumerable<Figure> MeasureAsync(TreeRoom room)
    {
        using (OwnDisk disk = new(room.NewPath("disk")))
        {
            foreach (int directories in _shapes)
            {
                yield return await MeasureAsync(disk.Path, directories);
            }
        }

        if (!Directory.Exists(Memory))
        {
            yield break;
        }

        DirectoryInfo memory = Directory.CreateDirectory(Path.Combine(Memory, "wfl-benchmarks-" + Guid.NewGuid().ToString("N")));
        try
        {
            foreach (int directories in _shapes)
            {
                yield return await MeasureAsync(memory.FullName, directories);
            }
        }
        finally
        {
            memory.Delete(recursive: true);
        }
    }

    private static async Task<Figure> MeasureAsync(string place, int directories)
    {
        string fileSystem = new DriveInfo(place).DriveFormat;

        // All trees are made before any is deleted, so that none is made of what another one freed; fewer where that takes long.
        Queue<string> trees = new();
        long started = Stopwatch.GetTimestamp();
        while (trees.Count < 2 * FewestRounds || (trees.Count < 2 * MostRounds && Stopwatch.GetElapsedTime(started) < _making))
        {
            await MakePairAsync(trees, place, directories, Files);
        }

        Queue<string> small = new();
        await MakePairAsync(small, place, directories, FewFiles);
        await RunAsync(place, Remover(small.Dequeue()));
        await RunAsync(place, Deleter(small.Dequeue()));
        PairedSamples samples = await PairedRun.MeasureAsync(trees.Count / 2, () => RunAsync(place, Deleter(trees.Dequeue())), () => RunAsync(place, Remover(trees.Dequeue())), 0);
        string shape = directories == 1 ? "one directory" : $"{directories} directories";
        return FigureFactory.Ratio($"delete {Files} files in {shape} on {fileSystem}", "rm -rf", samples, Limit);
    }

    /// <summary>Runs one of the two, in milliseconds, once what was written before is on the disk: else whoever comes next pays for it.</summary>
    private static async Task<double> RunAsync(string place, (string Path, Func<Task> DeleteAsync) side)
    {
        using (Process settle = Process.Start("sync", ["-f", place]))
        {
            await settle.WaitForExitAsync();
        }

        long started = Stopwatch.GetTimestamp();
        await side.DeleteAsync();
        double taken = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        return Directory.Exists(side.Path) ? throw new InvalidOperationException($"{side.Path} is still there.") : taken;
    }

    private static (string Path, Func<Task> DeleteAsync) Deleter(string path)
    {
        IResourceProvider cleaner = WorkDirectoryCleaner.Create(new WorkDirectoryCleanerOptions(), static (_, _) => ValueTask.FromResult<IReadOnlyList<OccupiedPlace>>([]), TimeProvider.System);
        RunRecord run = new()
        {
            RunId = RunId.New(),
            InternalId = Guid.NewGuid().ToString("N"),
            State = RunState.Exited,
            LaunchedBy = "host:benchmarks",
            Program = "true",
            WorkingDirectory = path,
            Host = new ProcessIdentity { HostId = "here", BootId = "this", Pid = 1, StartTicks = 1 },
            CreatedAt = TimeProvider.System.GetUtcNow(),
        };
        LaunchRequest request = new("true") { WorkingDirectory = path, WorkDirectory = WorkDirectoryPolicy.Delete };
        return (path, async () =>
        {
            ProvidedResources provided = await cleaner.ProvideAsync(new ProvisionContext { Run = run, Request = request });
            await cleaner.CleanAsync(provided.Resources[0], new CleanupContext { Run = run, Moment = CleanupMoment.AfterEnd });
        }
        );
    }

    private static (string Path, Func<Task> DeleteAsync) Remover(string path) => (path, async () =>
    {
        using Process rm = Process.Start("rm", ["-rf", path]);
        await rm.WaitForExitAsync();
    }
    );

    private static async Task MakePairAsync(Queue<string> trees, string place, int directories, int files)
    {
        foreach (string path in await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() => Make(place, directories, files)))))
        {
            trees.Enqueue(path);
        }
    }

    private static string Make(string place, int directories, int files)
    {
        string path = Path.Combine(place, Guid.NewGuid().ToString("N"));
        for (int i = 0; i < directories; i++)
        {
            string directory = directories == 1 ? Directory.CreateDirectory(path).FullName : Directory.CreateDirectory(Path.Combine(path, $"d{i}")).FullName;
            for (int file = 0; file < files / directories; file++)
            {
                File.OpenHandle(Path.Combine(directory, $"file-{file}"), FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite).Dispose();
            }
        }

        return path;
    }
}
