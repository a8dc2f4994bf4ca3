using System.Globalization;
using Microsoft.Extensions.Time.Testing;
using WorkflowLifecycle.Processes.Linux.Deleting;
using WorkflowLifecycle.Processes.Tests.Cleaning;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Deleting;

/// <summary>A directory of very many files. How long it takes beside rm is a figure of the benchmarks.</summary>
[Collection(nameof(AloneCollection))]
public sealed class ManyFilesTests : IDisposable
{
    private const int Limit = 240_000;
    private const int Files = 100_000;

    private readonly TemporaryDirectory _place = new();

    private string Base => _place.File("base");

    public void Dispose() => _place.Dispose();

    [Fact(Timeout = Limit)]
    public async Task WorkDirectory_OfAHundredThousandFiles_IsGone_AndTellsHowFarItIs()
    {
        Fill(Base, Files);

        // Each look at the clock finds a good part of a second gone, however fast the disk is.
        FakeTimeProvider clock = new() { AutoAdvanceAmount = TimeSpan.FromMilliseconds(200) };
        IResourceProvider cleaner = WorkDirectoryCleaner.Create(new WorkDirectoryCleanerOptions(), static (_, _) => ValueTask.FromResult<IReadOnlyList<OccupiedPlace>>([]), clock);
        (RunRecord run, ProvidedResources provided) = await FileRuns.ProvideAsync(
            cleaner, FileRuns.Run(Base), new LaunchRequest("true") { WorkingDirectory = Base, WorkDirectory = WorkDirectoryPolicy.Delete });
        List<string> told = [];

        await cleaner.CleanAsync(provided.Resources[0], FileRuns.Over(run) with { Telling = told.Add }, TestContext.Current.CancellationToken);

        Assert.False(Path.Exists(Base));
        Assert.False(await cleaner.ExistsAsync(provided.Resources[0], FileRuns.Over(run), TestContext.Current.CancellationToken));
        int[] counts = [.. told.Select(static line => int.Parse(line.Split(' ')[0], CultureInfo.InvariantCulture))];
        Assert.All(told, static line => Assert.EndsWith(" entries removed", line, StringComparison.Ordinal));
        Assert.InRange(counts.Length, 2, Files);
        Assert.Equal(counts.Distinct().Order(), counts);
        Assert.InRange(counts[^1], Files / 2, Files + 1);
    }

    [Fact(Timeout = Limit)]
    public void Tree_OfManyFiles_IsGone_InMemoryThatDoesNotGrowWithThem()
    {
        for (int i = 0; i < 4; i++)
        {
            Fill(Path.Combine(Base, $"d{i}"), 2_500, new string('n', 240));
        }

        using PinnedDirectory place = PinnedDirectory.Open(Base)!;
        long before = GC.GetAllocatedBytesForCurrentThread();

        RemovalResult result = TreeRemover.Remove(place, static _ => { }, TimeProvider.System);

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        TestContext.Current.SendDiagnosticMessage("{0} entries removed, {1} bytes allocated", result.Removed, allocated);
        Assert.True(result.IsGone, result.Why);
        Assert.False(Path.Exists(Base));
        Assert.InRange(allocated, 0, 3 * 1024 * 1024);
    }

    private static void Fill(string directory, int files, string name = "file-")
    {
        Directory.CreateDirectory(directory);
        for (int i = 0; i < files; i++)
        {
            File.OpenHandle(Path.Combine(directory, name + i), FileMode.CreateNew, FileAccess.Write).Dispose();
        }
    }
}
