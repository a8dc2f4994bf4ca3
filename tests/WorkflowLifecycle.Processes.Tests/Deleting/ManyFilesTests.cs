using System.Diagnostics;
using WorkflowLifecycle.Processes.Linux.Deleting;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Deleting;

/// <summary>A directory of very many files. How long it takes beside rm is a figure of the benchmarks.</summary>
[Collection(nameof(AloneCollection))]
public sealed class ManyFilesTests : IDisposable
{
    private const int Limit = 240_000;
    private const int Files = 100_000;

    private readonly TemporaryDirectory _place = new();

    public void Dispose() => _place.Dispose();

    [Fact(Timeout = Limit)]
    public void Directory_OfAHundredThousandFiles_IsGone_WithWordOfItsProgress_InLittleMemory()
    {
        string path = Directory.CreateDirectory(_place.File("base")).FullName;
        for (int i = 0; i < Files; i++)
        {
            using FileStream made = new(Path.Combine(path, $"file-{i}"), FileMode.CreateNew, FileAccess.Write, FileShare.None, 0);
        }

        List<string> told = [];
        using PinnedDirectory place = PinnedDirectory.Open(path)!;
        long before = GC.GetAllocatedBytesForCurrentThread();
        long started = Stopwatch.GetTimestamp();

        RemovalResult result = TreeRemover.Remove(place, told.Add, TimeProvider.System);

        TimeSpan taken = Stopwatch.GetElapsedTime(started);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        TestContext.Current.SendDiagnosticMessage("{0} entries in {1:0} ms, {2} bytes allocated, told {3} times", result.Removed, taken.TotalMilliseconds, allocated, told.Count);
        Assert.Equal((Files + 1, 0), (result.Removed, result.Remaining));
        Assert.InRange(allocated, 0, 2 * 1024 * 1024);

        // At most twice a second.
        Assert.InRange(told.Count, 0, (int)(taken.TotalSeconds * 2) + 1);
    }
}
