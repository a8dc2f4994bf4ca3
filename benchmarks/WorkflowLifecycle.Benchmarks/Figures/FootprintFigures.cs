using System.Diagnostics;
using System.Globalization;
using WorkflowLifecycle.Benchmarks.Trees;

namespace WorkflowLifecycle.Benchmarks.Figures;

/// <summary>What runs cost while nothing happens: memory of their shims, memory of the host, CPU of both.</summary>
internal static class FootprintFigures
{
    private const double Kilobyte = 1024;

    // The runtime goes on compiling for a while after a burst of launches; that is not what being idle costs.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(10);

    public static async IAsyncEnumerable<Figure> MeasureAsync(TreeRoom room, int runs)
    {
        await using Library library = Library.Open(room.NewPath("store"), room.WithCgroups);
        await EndAsync(library, [await LaunchAsync(library)]);
        double before = HostBytes();
        List<ITrackedProcess> held = [];
        for (int i = 0; i < runs; i++)
        {
            held.Add(await LaunchAsync(library));
        }

        double inHost = (HostBytes() - before) / runs / Kilobyte;
        IReadOnlyList<int> shims = Shims();
        double outside = shims.Average(ShimBytes) / Kilobyte;
        await Task.Delay(Settling);
        TimeSpan busy = Cpu(shims);
        long started = Stopwatch.GetTimestamp();
        await Task.Delay(Idle);
        double load = (Cpu(shims) - busy) / Stopwatch.GetElapsedTime(started) * 100;
        await EndAsync(library, held);

        string detail = string.Create(CultureInfo.InvariantCulture, $"{runs} idle runs");
        yield return new Figure("memory of a run outside the host", detail, outside, outside, outside, 300, "KB");
        yield return new Figure("memory of a run in the host", detail, inHost, inHost, inHost, 20, "KB");
        yield return new Figure("CPU while idle, of a core", detail, load, load, load, 1, "%");
    }

    private static Task<ITrackedProcess> LaunchAsync(Library library) =>
        library.Launcher.LaunchAsync(new LaunchRequest("/bin/sleep", "600") { Output = OutputMode.Discard });

    private static async Task EndAsync(Library library, IReadOnlyList<ITrackedProcess> runs)
    {
        foreach (ITrackedProcess run in runs)
        {
            await library.KillAsync(run.RunId);
            await run.DisposeAsync();
        }
    }

    // Private memory without what the collector would give back: the heap that lives, and what lies outside the heap.
    private static double HostBytes()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return Rollup(Environment.ProcessId, "Private_Dirty:");
    }

    private static double ShimBytes(int shim) => Rollup(shim, "Pss:");

    private static double Rollup(int pid, string field) =>
        (from line in File.ReadLines($"/proc/{pid}/smaps_rollup")
         where line.StartsWith(field, StringComparison.Ordinal)
         select double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * Kilobyte).Single();

    private static List<int> Shims() =>
    [
        .. from thread in Directory.GetDirectories("/proc/self/task")
           from child in File.ReadAllText(Path.Combine(thread, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries)
           let pid = int.Parse(child, CultureInfo.InvariantCulture)
           where File.ReadAllText($"/proc/{pid}/cmdline").StartsWith("workflow-lifecycle-shim", StringComparison.Ordinal)
           select pid,
    ];

    private static TimeSpan Cpu(IReadOnlyList<int> shims)
    {
        using Process host = Process.GetCurrentProcess();
        TimeSpan all = host.TotalProcessorTime;
        foreach (int shim in shims)
        {
            using Process process = Process.GetProcessById(shim);
            all += process.TotalProcessorTime;
        }

        return all;
    }
}
