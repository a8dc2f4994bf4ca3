using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Killing;

/// <summary>What a kill answers.</summary>
public sealed class OutcomeTests : EndToEndTest
{
    private static readonly RunId _id = RunId.Parse("outcome:1");

    [Fact(Timeout = Limit)]
    public async Task Report_OfAKill_SaysAllOfIt()
    {
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("stubborn", "1") with { RunId = _id });

        KillReport report = await engine.Kills.KillAsync(_id, Engine.Graceful(seconds: 0.3, reason: "  why not  "));

        Assert.Equal((1, _id, KillMode.Graceful, "why not", "os:0"), (report.SchemaVersion, report.RunId, report.Mode, report.Reason, report.RequestedBy));
        Assert.Equal((ContainmentStrength.CgroupAndReaper, EndProof.CgroupAndReaperEmpty), (report.Strength, report.Proof));
        Assert.Equal(["quiesce", "safe-point", "terminate", "kill", "prove", "clean"], report.Steps.Select(step => step.Name));
        Assert.Equal((2, process.Identity.Pid, "root"), (report.ProcessesBefore.Count, report.ProcessesBefore[0].Pid, report.ProcessesBefore[0].BelongsBecause));
        Assert.Contains("stubborn.pl", report.ProcessesBefore[0].CommandLine, StringComparison.Ordinal);
        Assert.Equal(["cgroup", "shim", "run-directory"], report.Cleanup.Select(line => line.Cleaner));
        Assert.All(report.Cleanup, line => Assert.Equal(("Clean", 1, 1, 0), (line.Outcome, line.Found.Count, line.Cleaned.Count, line.Remaining.Count)));
        Assert.NotEmpty(report.OpenExits);
        // A timer may fire a moment before its time by another clock.
        Assert.InRange(report.DurationMs, 280, 5300);
        Assert.Equal(9, report.ExitSignal);
        KillReport? stored = await engine.Kills.FindReportAsync(report.KillId);
        Assert.Equal((report.Outcome, report.Steps.Count, report.Cleanup.Count), (stored!.Outcome, stored.Steps.Count, stored.Cleanup.Count));
        RunResult result = await process.WaitForExitAsync();
        Assert.Equal((RunState.Killed, report.KillId, 9), (result.State, result.KillId, result.ExitSignal));
    }

    [Fact(Timeout = Limit)]
    public async Task Audit_OfAKill_IsInOrderAndItsChainHolds()
    {
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("stubborn") with { RunId = _id });

        KillReport report = await engine.Kills.KillAsync(_id, Engine.Graceful(seconds: 1));

        IReadOnlyList<AuditEntry> audit = await engine.AuditAsync(_id);
        Assert.Equal(
            ["Launch", "Requested", "Authorized", "IntentWritten", "Signal", "Signal", "ProvenDead", "Cleaned", "Cleaned", "Cleaned", "Completed"],
            audit.Select(entry => entry.Stage));
        Assert.Equal(["SIGTERM", "SIGKILL"], audit.Where(entry => entry.Stage == "Signal").Select(entry => entry.Details["signal"]));
        Assert.All(audit.Skip(1), entry => Assert.Equal(report.KillId, entry.KillId));
        Assert.Equal("stuck in a test", audit.Single(entry => entry.Stage == "Requested").Reason);
        IAuditChainSource chain = Assert.IsType<IAuditChainSource>(engine.Store, exactMatch: false);
        string id = Assert.Single(await chain.ReadChainIdsAsync());
        Assert.Null(AuditChain.Verify(await chain.ReadChainAsync(id, 0, 1000)));
    }

    [Fact(Timeout = Limit)]
    public async Task Watch_OfARun_SeesItsLifeInOrder()
    {
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("stubborn") with { RunId = _id });
        await Wait.UntilAsync("it runs", async () => (await engine.RowAsync(_id)).State == RunState.Running);
        Task<List<RunEvent>> watching = WatchAsync(engine);
        await engine.Kills.KillAsync(_id, Engine.Emergency());

        List<RunEvent> events = await watching.WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Equal(["run.launching", "run.state", "run.state", "kill.intent", "kill.completed"], events.Select(runEvent => runEvent.Kind));
        Assert.Equal([RunState.Launching, RunState.Initializing, RunState.Running, RunState.Stopping, RunState.Killed], events.Select(runEvent => runEvent.State));
    }

    [Theory(Timeout = Limit)]
    [InlineData(ContainmentStrength.CgroupAndReaper)]
    [InlineData(ContainmentStrength.Reaper)]
    [Trait("Scenario", "S17")]
    public async Task Kill_OfARunThatExitsJustBefore_IsAlreadyExitedWithItsCode(ContainmentStrength strength)
    {
        GatedStore? gate = null;
        Engine engine = Start(strength, services: services => services.With<IProcessStore>(store => gate = new GatedStore(store)));
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Shell("echo ready; sleep 0.2; exit 7") with { RunId = _id });
        gate!.Before = async commit =>
        {
            if (commit.AddKill is not null)
            {
                await process.WaitForExitAsync();
            }
        };

        KillReport report = await engine.Kills.KillAsync(_id, Engine.Emergency());

        Assert.Equal((KillOutcome.AlreadyExited, 7), (report.Outcome, report.ExitCode));
        RunRecord row = await engine.RowAsync(_id);
        Assert.Equal((RunState.Exited, 7, null), (row.State, row.ExitCode, row.KillId));
        Assert.DoesNotContain(await engine.AuditAsync(_id), entry => entry.Stage is "Completed" or "Signal");
    }

    [Theory(Timeout = Limit)]
    [InlineData(KillMode.Graceful)]
    [InlineData(KillMode.Emergency)]
    [Trait("Scenario", "S17")]
    public async Task Kill_OfRunsThatAreJustEnding_NeverLosesAnExitCode(KillMode mode)
    {
        Engine engine = Start();
        for (int i = 0; i < 15; i++)
        {
            await using ITrackedProcess process = await engine.LaunchAsync(engine.Shell($"sleep 0.0{i % 5}; exit 7"));
            await Task.Delay(TimeSpan.FromMilliseconds(i * 5), TimeProvider.System);

            KillReport report = await engine.Kills.KillAsync(process.RunId, new KillRequest("a race", WorkflowPrincipal.LocalUser()) { Mode = mode });

            RunRecord row = await engine.RowAsync(process.RunId);
            RunResult result = await process.WaitForExitAsync();
            bool wasKilled = report.Outcome == KillOutcome.Killed;
            Assert.True(report.ExitCode == 7 || (report.ExitCode is null && report.ExitSignal is 9 or 15), $"{report.Outcome} {report.ExitCode} {report.ExitSignal}");
            Assert.Equal(wasKilled ? RunState.Killed : RunState.Exited, row.State);
            Assert.Equal((row.State, report.ExitCode, report.ExitSignal), (result.State, result.ExitCode, result.ExitSignal));
        }
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S44")]
    public async Task Kill_AskedForAgain_IsTheSameKill()
    {
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("stubborn") with { RunId = _id });
        KillRequest request = Engine.Emergency() with { IdempotencyKey = "once" };

        KillReport first = await engine.Kills.KillAsync(_id, request);
        KillReport second = await engine.Kills.KillAsync(_id, request);
        KillReport third = await engine.Kills.KillAsync(_id, Engine.Emergency());

        Assert.Equal((first.KillId, KillOutcome.Killed), (second.KillId, second.Outcome));
        Assert.Equal((first.KillId, KillOutcome.AlreadyExited), (third.KillId, third.Outcome));
        Assert.Single(await engine.AuditAsync(_id), entry => entry.Stage == "Completed");
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_OfAFinishedRun_KeepsItsExitCode()
    {
        Engine engine = Start();
        RunResult result = await engine.Launcher.RunAsync(engine.Shell("exit 6"));

        KillReport report = await engine.Kills.KillAsync(result.RunId, Engine.Graceful());

        Assert.Equal((KillOutcome.AlreadyExited, 6), (report.Outcome, report.ExitCode));
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_OfAnUnknownRun_IsRefusedByName()
    {
        Engine engine = Start();

        RunNotFoundException exception = await Assert.ThrowsAsync<RunNotFoundException>(() => engine.Kills.KillAsync(RunId.Parse("nobody"), Engine.Emergency()));
        Assert.Equal("nobody", exception.RunId.Value);
        await Assert.ThrowsAsync<RunNotFoundException>(() => engine.Kills.PreviewAsync(RunId.Parse("nobody")));
    }

    [Fact(Timeout = Limit)]
    public async Task KillMany_WithAnUnknownRun_EndsNothing()
    {
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("stubborn"));

        await Assert.ThrowsAsync<RunNotFoundException>(() => engine.Kills.KillManyAsync([process.RunId, RunId.Parse("nobody")], Engine.Emergency()));
        Assert.True(ProcessEntry.IsAlive(process.Identity.Pid));

        IReadOnlyList<KillReport> reports = await engine.Kills.KillManyAsync([process.RunId, process.RunId], Engine.Emergency());
        Assert.Equal(2, reports.Count);
        Assert.All(reports, report => Assert.Equal(KillOutcome.Killed, report.Outcome));
    }

    [Fact(Timeout = Limit)]
    public async Task Preview_OfARun_EndsNothing()
    {
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("hides", "setsid", "orphan"));

        KillPreview preview = await engine.Kills.PreviewAsync(process.RunId);

        Assert.Equal(2, preview.Processes.Count);
        Assert.NotEmpty(preview.Waits);
        Assert.NotEmpty(preview.Cleans);
        Assert.All(preview.Processes, entry => Assert.True(ProcessEntry.IsAlive(entry.Pid)));
        await engine.Kills.KillAsync(process.RunId, Engine.Emergency());
    }

    [Theory]
    [Trait("Scenario", "S59")]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("ab")]
    [InlineData("\u200b\u200b\u200b")]
    [InlineData("two\nlines")]
    [InlineData("escape \u001b[2J")]
    public void Request_WithABadReason_IsRefused(string? reason)
    {
        ArgumentException exception = Assert.Throws<ArgumentException>(() => new KillRequest(reason!, WorkflowPrincipal.LocalUser()));
        Assert.Contains("1,000 visible characters", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Scenario", "S59")]
    public void Request_WithAReasonOfTheGreatestLength_IsAccepted()
    {
        Assert.Equal(1000, new KillRequest(new string('x', 1000), WorkflowPrincipal.LocalUser()).Reason.Length);
        Assert.Throws<ArgumentException>(() => new KillRequest(new string('x', 1001), WorkflowPrincipal.LocalUser()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(24 * 3600 * 1000 + 1)]
    [InlineData(-1_000_000_000)]
    public void Request_WithAGracePeriodOutOfRange_NamesTheRange(int milliseconds)
    {
        ArgumentOutOfRangeException exception = Assert.Throws<ArgumentOutOfRangeException>(() => Engine.Graceful(milliseconds / 1000.0));
        Assert.Contains("above 0 and at most 24 hours", exception.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => Engine.Graceful() with { GracePeriod = Timeout.InfiniteTimeSpan });
    }

    private static async Task<List<RunEvent>> WatchAsync(Engine engine)
    {
        List<RunEvent> events = [];
        await foreach (RunEvent runEvent in engine.Registry.WatchAsync(new EventCursor(0)))
        {
            if (runEvent.RunId == _id)
            {
                events.Add(runEvent);
            }

            if (runEvent.Kind == "kill.completed")
            {
                break;
            }
        }

        return events;
    }
}
