using System.Globalization;
using WorkflowLifecycle.Processes.Linux.Ending;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Proc;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.NeverTheWrongOne;

/// <summary>What is taken for a run's own where nothing holds it any more. The programs really run; the shim is simply not there.</summary>
public sealed class SessionSweepTests : IDisposable
{
    private readonly Machine _machine = Machine.Read();
    private readonly string _internalId = Guid.NewGuid().ToString("N");
    private readonly List<int> _started = [];

    private string Socket => $"NOTIFY_SOCKET=/somewhere/{_internalId}/notify";

    public void Dispose()
    {
        foreach (int pid in _started)
        {
            _ = Libc.Kill(pid, Libc.SignalKill);
        }
    }

    // Its own session; says the PIDs of what it starts, and waits for a line.
    private async Task<(Child Root, int[] Pids)> StartAsync(string script, int count)
    {
        Child root = Child.Start("setsid", "env", Socket, "sh", "-c", script + "; read go");
        int[] pids = new int[count];
        for (int i = 0; i < count; i++)
        {
            pids[i] = int.Parse((await root.ReadLineAsync())!, CultureInfo.InvariantCulture);
            _started.Add(pids[i]);
        }

        return (root, pids);
    }

    private SessionSweep Sweep(Child root) => new(_machine.Identify(root.Pid), _internalId, _machine);

    [Fact(Timeout = 30_000)]
    public async Task Find_RootIsThere_FindsItsSessionAndWhatDescendsFromIt()
    {
        (Child root, int[] pids) = await StartAsync("env -i /bin/sleep 60 & echo $!; setsid -w sleep 60 & echo $!", 2);
        using (root)
        {
            int[] found = [.. Sweep(root).FindLiving().Select(process => process.Pid)];

            Assert.Contains(root.Pid, found);
            Assert.All(pids, pid => Assert.Contains(pid, found));
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_RootIsGoneAndOneMemberNamesTheRun_EndsTheWholeSession()
    {
        // The second has thrown its environment away; the first speaks for it.
        (Child root, int[] pids) = await StartAsync("sleep 60 & echo $!; env -i /bin/sleep 60 & echo $!", 2);
        await WaitUntilScrubbedAsync(pids[1]);
        SessionSweep sweep = Sweep(root);
        await EndRootAsync(root);

        Assert.Equal(2, sweep.KillOnce());
        await EndAsync(sweep, pids);
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_MembersThatFork_LeavesNobodyWhomNothingShows()
    {
        // Only the first shows whose session it is; the others have children all the time, one of them in sessions of their own.
        const string restless = "env -i /bin/sh -c 'while :; do /bin/sleep 0.01; done' & echo $!; env -i /bin/sh -c 'while :; do setsid -w /bin/sleep 0.01; done' & echo $!";
        (Child root, int[] pids) = await StartAsync("sleep 60 & echo $!; " + restless, 3);
        await WaitUntilScrubbedAsync(pids[1]);
        await WaitUntilScrubbedAsync(pids[2]);
        SessionSweep sweep = Sweep(root);
        int session = root.Pid;
        await EndRootAsync(root);

        await EndAsync(sweep, pids);
        Assert.DoesNotContain(Directory.GetDirectories("/proc"), path =>
            int.TryParse(Path.GetFileName(path), out int pid) && ProcessReader.TryReadStat(pid, out ProcStat stat) && stat.Session == session && IsAlive(pid));
    }

    [Fact(Timeout = 30_000)]
    public async Task Terminate_TheWitnessLeavesFirst_TheOthersAreStillKnown()
    {
        // Ignores SIGTERM, has no environment, and one of the two is in a session of its own.
        const string stubborn = "env -i /bin/sh -c 'trap : TERM; echo $$; while :; do /bin/sleep 60; done'";
        (Child root, int[] pids) = await StartAsync($"{stubborn} & setsid -w {stubborn} & :", 2);
        SessionSweep sweep = Sweep(root);

        Assert.InRange(sweep.Send(Libc.SignalTerminate, Libc.SignalContinue), 3, 6);
        await root.WaitAsync();
        root.Dispose();

        Assert.Equal(2, sweep.FindLiving().Select(process => process.Pid).Intersect(pids).Count());
        await EndAsync(sweep, pids);
    }

    // What was sent SIGKILL is gone a moment later.
    private static async Task EndAsync(SessionSweep sweep, int[] pids)
    {
        while (sweep.KillOnce() > 0 || pids.Any(IsAlive))
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S11")]
    public async Task Kill_RootIsAZombie_StillShowsWhoseSessionItIs()
    {
        // The outer shell starts the root and becomes a program that never collects it.
        using Child parent = Child.Start("sh", "-c", "setsid sh -c 'env -i /bin/sleep 60 & echo $$ $!; read go' <&0 & exec sleep 60");
        int[] pids = [.. (await parent.ReadLineAsync())!.Split(' ').Select(text => int.Parse(text, CultureInfo.InvariantCulture))];
        _started.AddRange(pids);
        SessionSweep sweep = new(_machine.Identify(pids[0]), _internalId, _machine);
        Assert.Equal(0, Libc.Kill(pids[0], Libc.SignalKill));
        ProcStat root;
        while (ProcessReader.TryReadStat(pids[0], out root) && root.State != 'Z')
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        Assert.Equal('Z', root.State);
        Assert.Equal([pids[1]], sweep.FindLiving().Select(process => process.Pid));
        while (sweep.KillOnce() > 0)
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        Assert.False(IsAlive(pids[1]));
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S02")]
    public async Task Kill_RootIsGoneAndNobodyNamesTheRun_TouchesNobody()
    {
        (Child root, int[] pids) = await StartAsync("env -i /bin/sleep 60 & echo $!", 1);
        await WaitUntilScrubbedAsync(pids[0]);
        SessionSweep sweep = Sweep(root);
        await EndRootAsync(root);

        Assert.Empty(sweep.FindLiving());
        Assert.Equal(0, sweep.KillOnce());
        Assert.True(IsAlive(pids[0]));
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S02")]
    public async Task Kill_OnlyTheEnvironmentNamesTheRun_TouchesNobody()
    {
        (Child root, _) = await StartAsync("sleep 60 & echo $!", 1);
        using Child stranger = Child.Start("env", Socket, "sleep", "60");
        using (root)
        {
            SessionSweep sweep = Sweep(root);
            Assert.DoesNotContain(stranger.Pid, sweep.FindLiving().Select(process => process.Pid));
            while (sweep.KillOnce() > 0)
            {
                await Task.Delay(5, TestContext.Current.CancellationToken);
            }

            Assert.True(IsAlive(stranger.Pid));
        }
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S03")]
    public async Task Find_RootOfAnotherBootOrNamespace_FindsNobody()
    {
        (Child root, _) = await StartAsync("sleep 60 & echo $!", 1);
        using (root)
        {
            ProcessIdentity identity = _machine.Identify(root.Pid)!;
            Assert.Empty(new SessionSweep(identity with { BootId = Guid.NewGuid().ToString() }, _internalId, _machine).FindLiving());
            Assert.Empty(new SessionSweep(identity with { PidNamespace = 1 }, _internalId, _machine).FindLiving());
            Assert.Empty(new SessionSweep(null, _internalId, _machine).FindLiving());
        }
    }

    private static async Task EndRootAsync(Child root)
    {
        int pid = root.Pid;
        root.End();
        await root.WaitAsync();
        root.Dispose();
        Assert.False(ProcessReader.TryReadStat(pid, out _));
    }

    private async Task WaitUntilScrubbedAsync(int pid)
    {
        while (ProcessReader.NamesInEnvironment(pid, _internalId))
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    private static bool IsAlive(int pid) => ProcessReader.TryReadStat(pid, out ProcStat stat) && stat.State is not ('Z' or 'X');
}
