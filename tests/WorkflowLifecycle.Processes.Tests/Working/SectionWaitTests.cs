using System.Diagnostics;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Working;

/// <summary>The kernel tells when a section is left.</summary>
public sealed class SectionWaitTests : IDisposable
{
    private const int Limit = 30_000;

    private readonly WorkingRun _run = new();

    public void Dispose() => _run.Dispose();

    private Task WaitAsync(CriticalSectionKind kind, CancellationToken cancellationToken = default) => _run.Observer.WaitForSectionAsync(_run.Containment, kind, cancellationToken);

    private static int WaitingThreads() => Directory.GetDirectories("/proc/self/task")
        .Count(task => File.ReadAllText(Path.Combine(task, "comm")).StartsWith("critical", StringComparison.Ordinal));

    [Fact(Timeout = Limit)]
    public async Task Wait_WhereNobodyIsInASectionOfThatKind_IsOverAtOnce()
    {
        using IDisposable other = _run.Observer.EnterSection(_run.Containment, CriticalSectionKind.File, "report");
        await WaitAsync(CriticalSectionKind.Git);
    }

    [Fact(Timeout = Limit)]
    public async Task Wait_ForASectionOfTheHost_EndsWhenItIsLeft()
    {
        IDisposable section = _run.Observer.EnterSection(_run.Containment, CriticalSectionKind.Git, "push");
        Task wait = WaitAsync(CriticalSectionKind.Git);
        await Task.Delay(100);
        Assert.False(wait.IsCompleted);

        section.Dispose();

        await wait.WaitAsync(TimeSpan.FromSeconds(5));
    }

    [Fact(Timeout = Limit)]
    public async Task Wait_ForAHolderThatDies_EndsWithinMilliseconds()
    {
        Child holder = await _run.StartAsync("flock", "-s", "-o", _run.Critical("git"), "sh", "-c", "echo ready; exec sleep 50");
        Task wait = WaitAsync(CriticalSectionKind.Git);
        await Task.Delay(100);
        Assert.False(wait.IsCompleted);
        Stopwatch time = Stopwatch.StartNew();

        holder.End();
        await wait.WaitAsync(TimeSpan.FromSeconds(5));

        Assert.InRange(time.ElapsedMilliseconds, 0, 5000);
    }

    [Fact(Timeout = Limit)]
    public async Task Wait_LeavesTheLockFree()
    {
        Child holder = await _run.StartAsync("flock", "-s", "-o", _run.Critical("git"), "sh", "-c", "echo ready; exec sleep 50");
        Task wait = WaitAsync(CriticalSectionKind.Git);
        holder.End();
        await wait.WaitAsync(TimeSpan.FromSeconds(5));

        _run.Run("flock", "-n", "-x", _run.Critical("git"), "true");
    }

    [Fact(Timeout = Limit)]
    public async Task Wait_WhileOthersEnter_KeepsNobodyOut()
    {
        await _run.StartAsync("flock", "-s", "-o", _run.Critical("git"), "sh", "-c", "echo ready; exec sleep 50");
        using CancellationTokenSource over = new();
        Task wait = WaitAsync(CriticalSectionKind.Git, over.Token);
        await Task.Delay(50);

        _run.Run("flock", "-n", "-s", "-o", _run.Critical("git"), "true");

        Assert.False(wait.IsCompleted);
        await over.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
    }

    [Fact(Timeout = Limit)]
    public async Task Waits_ThatWereGivenUp_ShareOneThreadThatEndsWithTheHolder()
    {
        int before = WaitingThreads();
        Child holder = await _run.StartAsync("flock", "-s", "-o", _run.Critical("git"), "sh", "-c", "echo ready; exec sleep 50");
        for (int i = 0; i < 50; i++)
        {
            using CancellationTokenSource over = new(TimeSpan.FromMilliseconds(2));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => WaitAsync(CriticalSectionKind.Git, over.Token));
        }

        Assert.InRange(WaitingThreads(), 0, before + 1);
        holder.End();
        Stopwatch time = Stopwatch.StartNew();
        while (WaitingThreads() > before && time.Elapsed < TimeSpan.FromSeconds(5))
        {
            await Task.Delay(10);
        }

        Assert.InRange(WaitingThreads(), 0, before);
    }

    [Fact(Timeout = Limit)]
    public async Task Waits_ForManyFiles_UseBoundedThreads()
    {
        await _run.PythonAsync($"import fcntl,time\nl=[open('{_run.Critical("git-%d")}'%i,'w') for i in range(200)]\nfor f in l: fcntl.flock(f,fcntl.LOCK_EX)\nprint('ready',flush=True); time.sleep(50)");
        using CancellationTokenSource over = new(TimeSpan.FromMilliseconds(100));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => WaitAsync(CriticalSectionKind.Git, over.Token));

        Assert.InRange(WaitingThreads(), 1, 16);
    }

    [Fact(Timeout = Limit)]
    public async Task Wait_ThatWasGivenUp_DoesNotKeepItsProcess()
    {
        Stopwatch time = Stopwatch.StartNew();
        Assert.Equal(["Canceled"], await NamespaceHelper.RunAsync(["--pid", "--mount-proc"], "abandon"));
        Assert.InRange(time.ElapsedMilliseconds, 0, 10_000);
    }

    [Fact(Timeout = Limit)]
    public async Task Wait_ForAFileThatWasReplaced_DoesNotHang()
    {
        Child holder = await _run.StartAsync("flock", "-s", "-o", _run.Critical("git"), "sh", "-c", "echo ready; exec sleep 50");
        _run.Run("rm", _run.Critical("git"));
        _run.Run("mkfifo", _run.Critical("git"));

        // No file that is locked is there any more: nothing to wait for, and nothing that hangs.
        await WaitAsync(CriticalSectionKind.Git).WaitAsync(TimeSpan.FromSeconds(5));
        Assert.False(holder.HasExited);
    }
}
