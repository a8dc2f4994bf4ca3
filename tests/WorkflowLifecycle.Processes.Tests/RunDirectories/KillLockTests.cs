using WorkflowLifecycle.Processes.Linux.RunDirectories;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.RunDirectories;

public sealed class KillLockTests : IDisposable
{
    private static readonly TimeSpan _aMoment = TimeSpan.FromMilliseconds(100);

    private readonly TemporaryDirectory _runs = new();
    private readonly RunDirectory _run;

    public KillLockTests() => _run = RunDirectory.Create(_runs.Path, "run");

    public void Dispose() => _runs.Dispose();

    private Task<KillLock?> TakeAsync(CancellationToken cancellationToken = default) =>
        KillLock.TakeAsync(_run, static () => false, TimeProvider.System, cancellationToken);

    private bool IsAmong(params IEnumerable<int> pids) => LockHolders.IsAmong(pids, _run.LockPath, TimeSpan.FromSeconds(5), TimeProvider.System);

    [Fact(Timeout = 30_000)]
    public async Task Take_WhileAnotherHolds_WaitsUntilItLetsGo()
    {
        KillLock first = (await TakeAsync())!;
        Task<KillLock?> second = TakeAsync();
        await Task.Delay(_aMoment, TestContext.Current.CancellationToken);
        Assert.False(second.IsCompleted);

        first.Dispose();

        using KillLock? taken = await second;
        Assert.NotNull(taken);
    }

    [Fact(Timeout = 30_000)]
    public async Task Take_GivenUp_GivesTheLockBackWhenItComes()
    {
        KillLock first = (await TakeAsync())!;
        using CancellationTokenSource impatience = new();
        Task<KillLock?> second = TakeAsync(impatience.Token);
        Assert.False(second.IsCompleted);

        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        first.Dispose();

        using KillLock? third = await TakeAsync();
        Assert.NotNull(third);
    }

    [Fact(Timeout = 30_000)]
    public async Task Take_HeldByTheRunItself_IsNothingAndNotWaitedFor()
    {
        using Child holder = await HoldAsync(37);

        Assert.Null(await KillLock.TakeAsync(_run, () => IsAmong(holder.Pid), TimeProvider.System, TestContext.Current.CancellationToken));
    }

    [Theory(Timeout = 30_000)]
    [InlineData(37)]
    [InlineData(6)]
    public async Task Holders_ProcessThatHoldsTheLock_IsFoundAndNobodyElse(int command)
    {
        using Child holder = await HoldAsync(command);

        Assert.True(IsAmong(Environment.ProcessId, holder.Pid));
        Assert.False(IsAmong(Environment.ProcessId, int.MaxValue));
    }

    [Fact(Timeout = 30_000)]
    public async Task Holders_ProcessThatOnlyHasTheFileOpen_IsNone()
    {
        await using FileStream open = new(_run.LockPath, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        Assert.False(IsAmong(Environment.ProcessId));

        using KillLock? ours = await TakeAsync();
        Assert.True(IsAmong(Environment.ProcessId));
    }

    [Fact(Timeout = 30_000)]
    public async Task Take_WhenTheHolderDies_GetsIt()
    {
        using Child holder = await HoldAsync(37);
        Task<KillLock?> waiting = TakeAsync();
        await Task.Delay(_aMoment, TestContext.Current.CancellationToken);
        Assert.False(waiting.IsCompleted);

        holder.End();

        using KillLock? taken = await waiting;
        Assert.NotNull(taken);
    }

    // fcntl(F_OFD_SETLK), or F_SETLK, with a struct flock of type F_WRLCK over the whole file: what another process of ours does, or the program.
    private async Task<Child> HoldAsync(int command)
    {
        const string script = """
            use Fcntl; $| = 1; open(my $f, '+<', $ARGV[0]) or die; my $l = pack('s s x4 q q l x4', 1, 0, 0, 0, 0);
            fcntl($f, $ARGV[1], $l) or die $!; print "held\n"; sleep 60;
            """;
        Child holder = Child.Start("perl", "-e", script, _run.LockPath, command.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal("held", await holder.ReadLineAsync());
        return holder;
    }

    [Fact(Timeout = 30_000)]
    public async Task Take_WhileHeld_IsNotLostByClosingAnotherDescriptorOfTheFile()
    {
        using KillLock? first = await TakeAsync();
        await File.ReadAllTextAsync(Path.Combine(_run.Path, RunDirectory.LockFile));
        using CancellationTokenSource limit = new(_aMoment);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => TakeAsync(limit.Token));
    }

    [Fact(Timeout = 30_000)]
    public async Task Take_WithoutARunDirectory_IsNothing()
    {
        _run.Remove(keepOutput: false);
        Assert.Null(await TakeAsync());
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S69")]
    public async Task Take_LockThatIsALink_IsNothingAndNotFollowed()
    {
        string path = Path.Combine(_run.Path, RunDirectory.LockFile);
        File.Delete(path);
        File.CreateSymbolicLink(path, _runs.Write("elsewhere", ""));

        Assert.Null(await TakeAsync());
    }
}
