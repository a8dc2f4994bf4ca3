using WorkflowLifecycle.Processes.Linux.Cleaning.SharedMemory;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Cleaning;

/// <summary>Names that are taken away while others are at the file.</summary>
public sealed class SharedMemoryDirectoryTests : IDisposable
{
    private const int Enough = 30;

    private const string Opening = """
        import os, sys, threading, time
        def go():
            while True:
                os.close(os.open(sys.argv[1], os.O_RDWR | os.O_CREAT, 0o600))
                time.sleep(0.0001)
        threading.Thread(target=go, daemon=True).start()
        """;

    private readonly string _name = $"wfl-test-{Guid.NewGuid():N}";

    private string PathOfFile => "/dev/shm/" + _name;

    // The kernel tells who holds a lease that somebody comes, by a signal: it must not end this process.
    [Fact(Timeout = 60_000)]
    public async Task Unlink_WhileSomebodyOpensItAllTheTime_RemovesOrRefusesAndEndsNobody()
    {
        using Child stranger = await Python.StartAsync(Opening, PathOfFile);
        using SharedMemoryDirectory directory = SharedMemoryDirectory.Open();
        int removed = 0;
        int refused = 0;
        while (removed < Enough || refused < Enough)
        {
            try
            {
                directory.Unlink(_name);
                removed++;
            }
            catch (IOException)
            {
                refused++;
            }
        }

        Assert.False(stranger.HasExited);
        stranger.End();
        await stranger.WaitAsync();
    }

    public void Dispose() => File.Delete(PathOfFile);
}
