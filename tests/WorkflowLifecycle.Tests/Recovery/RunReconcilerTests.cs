using NSubstitute;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Tests.Support;

namespace WorkflowLifecycle.Tests.Recovery;

/// <summary>A row whose host is gone, held against reality.</summary>
public sealed class RunReconcilerTests : IAsyncDisposable
{
    private readonly Engine _engine = new();

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    private void HostIs(ProcessPresence presence) => _engine.Platform.Look(Arg.Is<ProcessIdentity>(process => process.Pid == 100)).Returns(presence);

    private async Task<RunRecord> LookAsync(RunRecord run) => (await _engine.Registry.FindAsync(run.RunId))!;

    private async Task AssertUntouchedAsync(RunRecord run)
    {
        Assert.Equal(run.State, (await LookAsync(run)).State);
        Assert.Equal(run.Version, (await _engine.RowAsync(run.RunId)).Version);
        Assert.Empty(await _engine.AuditAsync());
        _engine.Log.AssertNothingSignalled();
    }

    [Theory(Timeout = 30_000)]
    [InlineData(ProcessPresence.Present)]
    [InlineData(ProcessPresence.Unknown)]
    [InlineData(ProcessPresence.Elsewhere)]
    [Trait("Scenario", "S47")]
    public async Task Look_HostThatIsThereOrCannotBeSeen_ChangesNothing(ProcessPresence presence)
    {
        (RunRecord run, Held held) = await _engine.AddAsync();
        (RunRecord launching, _) = await _engine.AddAsync("run_2", row => row with { State = RunState.Launching, Containment = null, Root = null });
        held.Populated = false;
        HostIs(presence);

        await AssertUntouchedAsync(run);
        await AssertUntouchedAsync(launching);
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S03")]
    [Trait("Scenario", "S25")]
    public async Task Look_AfterAReboot_IsLostAndNobodyIsSignalled()
    {
        (RunRecord run, _) = await _engine.AddAsync(change: row => row with { State = RunState.Stopping });
        HostIs(ProcessPresence.OtherBoot);

        RunRecord found = await LookAsync(run);

        Assert.Equal((RunState.Lost, EndProof.BootEnded, Sample.Start), (found.State, found.Proof, found.EndedAt));
        Assert.Equal("system:recovery", Assert.Single(await _engine.AuditAsync()).Actor);
        _engine.Log.AssertNothingSignalled();
        _engine.Platform.DidNotReceiveWithAnyArgs().Open(default!);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(ProcessPresence.OtherBoot, "Lost", EndProof.BootEnded)]
    [InlineData(ProcessPresence.Gone, "LaunchFailed", EndProof.NeverStarted)]
    [Trait("Scenario", "S21")]
    public async Task Look_RunThatIsClosedWithAKillUnderWay_ClosesThatToo(ProcessPresence host, string state, EndProof proof)
    {
        KillRecord? open = null;
        (RunRecord run, _) = await _engine.AddAsync(change: row =>
        {
            open = Sample.OpenKill(row);
            return row with { State = RunState.Stopping, Containment = null, Root = null, KillId = open.KillId };
        });
        await _engine.Store.Inner.CommitAsync(new StoreCommit { AddKill = open }, CommitDurability.Machine);
        HostIs(host);

        RunRecord found = await LookAsync(run);

        Assert.Equal((state, proof), (found.State.Name, found.Proof));
        KillRecord kill = (await _engine.Store.FindKillAsync(open!.KillId))!;
        Assert.Equal((KillState.Completed, KillOutcome.AlreadyExited, proof), (kill.State, kill.Report!.Outcome, kill.Report.Proof));
        Assert.Equal(["Reconciled", "Completed"], (await _engine.AuditAsync()).Select(entry => entry.Stage));
        _engine.Log.AssertNothingSignalled();
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S25")]
    public async Task Look_AfterARebootDuringAKill_ClosesTheKillAsWell()
    {
        KillId killId = KillId.New(_engine.Time);
        (RunRecord run, _) = await _engine.AddAsync(change: row => row with { State = RunState.Stopping, KillId = killId });
        KillRecord begun = new()
        {
            KillId = killId,
            RunId = run.RunId,
            State = KillState.IntentWritten,
            Mode = KillMode.Graceful,
            Reason = "stuck since noon",
            RequestedBy = "os:1000",
            Door = "cli",
            RequestedAt = Sample.Start,
        };
        Assert.True((await _engine.Store.Inner.CommitAsync(new StoreCommit { AddKill = begun }, CommitDurability.Machine)).IsCommitted);
        HostIs(ProcessPresence.OtherBoot);

        Assert.Equal(RunState.Lost, (await LookAsync(run)).State);

        KillRecord kill = (await _engine.Store.Inner.FindKillAsync(killId))!;
        Assert.Equal((KillState.Completed, KillOutcome.AlreadyExited, EndProof.BootEnded), (kill.State, kill.Report!.Outcome, kill.Report.Proof));
        Assert.Equal(["Reconciled", "Completed"], (await _engine.AuditAsync()).Select(entry => entry.Stage));
        _engine.Log.AssertNothingSignalled();
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S21")]
    public async Task Look_HostGoneBeforeThereWasAContainment_IsLaunchFailed()
    {
        (RunRecord run, _) = await _engine.AddAsync(change: row => row with { State = RunState.Launching, Containment = null, Root = null });
        HostIs(ProcessPresence.Gone);

        RunRecord found = await LookAsync(run);

        Assert.Equal((RunState.LaunchFailed, EndProof.NeverStarted), (found.State, found.Proof));
        Assert.Equal(found, await LookAsync(run));
        Assert.Single(await _engine.AuditAsync());
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S24")]
    public async Task Look_HostGoneAndTreeAlive_StaysAsItIsAndFollowsReadiness()
    {
        (RunRecord run, Held held) = await _engine.AddAsync(change: row => row with { State = RunState.Initializing });
        HostIs(ProcessPresence.Gone);
        Assert.Equal(RunState.Initializing, (await LookAsync(run)).State);

        held.Status = new HoldStatus { IsReady = true, HostGone = true };

        Assert.Equal((RunState.Running, Sample.Start), ((await LookAsync(run)).State, (await LookAsync(run)).ReadyAt));
    }

    [Theory(Timeout = 30_000)]
    [InlineData(ReadinessSource.Undeclared, "Running")]
    [InlineData(ReadinessSource.Notify, "Initializing")]
    [InlineData(ReadinessSource.Api, "Initializing")]
    public async Task Look_HostGoneAndOutputSeen_IsReadyOnlyWhereNothingWasDeclared(ReadinessSource declared, string expected)
    {
        (RunRecord run, Held held) = await _engine.AddAsync(change: row => row with { State = RunState.Initializing, Readiness = declared });
        HostIs(ProcessPresence.Gone);
        held.Status = new HoldStatus { HasOutput = true, HostGone = true };

        Assert.Equal(expected, (await LookAsync(run)).State.Name);

        held.Status = new HoldStatus { HasOutput = true, IsReady = true, HostGone = true };

        Assert.Equal((RunState.Running, Sample.Start), ((await LookAsync(run)).State, (await LookAsync(run)).ReadyAt));
    }

    [Fact(Timeout = 30_000)]
    public async Task Look_HostGoneAndStatusSaid_IsOnRecord_RedactedAndOnce()
    {
        (RunRecord run, Held held) = await _engine.AddAsync();
        HostIs(ProcessPresence.Gone);
        held.Status = new HoldStatus { StatusText = "token=canary loaded", HostGone = true };

        RunRecord found = await LookAsync(run);

        Assert.Equal("token=*** loaded", found.Status);
        Assert.Equal(found.Version, (await LookAsync(run)).Version);
        held.Status = new HoldStatus { IsStopping = true, HostGone = true };
        Assert.Equal("stopping", (await LookAsync(run)).Status);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("ghp_0123456789abcdefghij", null)]
    [InlineData("loading ghp_0123456789abcdefghij", "loading")]
    public async Task Look_StatusThatTheHolderCut_LosesItsLastWord(string beginning, string? expected)
    {
        (RunRecord run, Held held) = await _engine.AddAsync();
        HostIs(ProcessPresence.Gone);
        held.Status = new HoldStatus { StatusText = beginning + new string('x', 500 - beginning.Length), HostGone = true };

        Assert.Equal(expected, (await LookAsync(run)).Status);
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S23")]
    public async Task Look_HostGoneAndTreeEnded_TakesTheHoldersWord()
    {
        (RunRecord run, Held held) = await _engine.AddAsync();
        HostIs(ProcessPresence.Gone);
        held.Populated = false;
        held.Status = new HoldStatus { IsEmpty = true, End = Sample.Proven with { Cause = EndCause.HostExit } };

        RunRecord found = await LookAsync(run);

        Assert.Equal((RunState.Killed, EndProof.CgroupAndReaperEmpty, 9), (found.State, found.Proof, found.ExitSignal));
        Assert.All(await _engine.AuditAsync(), entry => Assert.Equal("system:host-exit", entry.Actor));
        _engine.Log.AssertOrder("lock", "clean", "commit HostExit Signal ProvenDead Exited Cleaned Cleaned Machine", "discard", "unlock");
    }

    [Fact(Timeout = 30_000)]
    public async Task Look_HolderSaysEmptyAndTheKernelDoesNot_ChangesNothing()
    {
        (RunRecord run, Held held) = await _engine.AddAsync();
        HostIs(ProcessPresence.Gone);
        held.Populated = true;
        held.Status = new HoldStatus { IsEmpty = true, End = Sample.Left };

        await AssertUntouchedAsync(run);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(false, "Exited")]
    [InlineData(true, "Running")]
    [InlineData(null, "Running")]
    [Trait("Scenario", "S20")]
    public async Task Look_HolderGone_TakesAnEmptyCgroupForProofAndNothingElse(bool? populated, string expected)
    {
        (RunRecord run, Held held) = await _engine.AddAsync(change: row => row with { Containment = row.Containment! with { CgroupPath = "/sys/fs/cgroup/wfl-x" } });
        HostIs(ProcessPresence.Gone);
        _engine.Platform.Look(Arg.Is<ProcessIdentity>(process => process.Pid == 200)).Returns(ProcessPresence.Gone);
        (held.Status, held.Populated) = (null, populated);

        Assert.Equal(expected, (await LookAsync(run)).State.Name);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(ProcessPresence.Gone, "EndedUnproven")]
    [InlineData(ProcessPresence.Present, "Running")]
    [InlineData(ProcessPresence.Unknown, "Running")]
    [InlineData(ProcessPresence.Elsewhere, "Running")]
    public async Task Look_HolderGoneWithoutACgroup_ProvesNothing(ProcessPresence root, string expected)
    {
        (RunRecord run, Held held) = await _engine.AddAsync();
        HostIs(ProcessPresence.Gone);
        _engine.Platform.Look(Arg.Is<ProcessIdentity>(process => process.Pid == 200)).Returns(root);
        (held.Status, held.Populated) = (null, null);

        RunRecord found = await LookAsync(run);

        Assert.Equal((expected, EndProof.None), (found.State.Name, found.Proof));
    }

    [Theory(Timeout = 30_000)]
    [InlineData("Hibernating")]
    [InlineData("Killed")]
    [Trait("Scenario", "S54")]
    public async Task Look_FinalOrUnknownState_IsNotEvenLookedAt(string state)
    {
        (RunRecord run, _) = await _engine.AddAsync(change: row => row with { State = new RunState(state) });
        HostIs(ProcessPresence.OtherBoot);

        await AssertUntouchedAsync(run);
        _engine.Platform.DidNotReceiveWithAnyArgs().Look(default!);
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S21")]
    public async Task Look_HostGoneInTheMiddleOfAKill_ResumesTheSameKill()
    {
        (RunRecord run, Held held) = await _engine.AddAsync();
        KillRecord kill = new()
        {
            KillId = KillId.New(TimeProvider.System),
            RunId = run.RunId,
            State = KillState.IntentWritten,
            Mode = KillMode.Emergency,
            Reason = "stuck",
            RequestedBy = "os:1000",
            Door = "cli",
            RequestedAt = Sample.Start,
        };
        await _engine.Store.Inner.CommitAsync(
            new StoreCommit { UpdateRun = run with { State = RunState.Stopping, KillId = kill.KillId }, AddKill = kill }, CommitDurability.Machine);
        HostIs(ProcessPresence.Gone);
        held.Populated = false;
        held.Status = new HoldStatus { IsEmpty = true, End = Sample.Proven };

        RunRecord found = await LookAsync(run);

        Assert.True(found.State.IsFinal);
        Assert.Equal(kill.KillId, found.KillId);
        Assert.Equal(KillState.Completed, (await _engine.Store.FindKillAsync(kill.KillId))!.State);
    }
}
