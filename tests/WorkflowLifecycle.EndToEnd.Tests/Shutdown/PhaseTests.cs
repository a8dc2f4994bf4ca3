using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Shutdown;

/// <summary>Phases of a host's own: their order, their ceilings, and that none of them stops a kill.</summary>
public sealed class PhaseTests : EndToEndTest
{
    private const string Waits = "trap 'exit 0' TERM; echo ready; while :; do sleep 0.05; done";

    private static readonly InFlightWork _upload = new("upload of the report");

    [Fact(Timeout = Limit)]
    public async Task Kill_Graceful_RunsTheStagesInOrder()
    {
        List<string> order = [];
        ScriptedPhase Of(string name, ShutdownStage stage, bool hasWork) => new(name, stage)
        {
            Look = _ => hasWork && !order.Contains(name, StringComparer.Ordinal) ? [_upload] : [],
            Execute = (_, _) =>
            {
                lock (order)
                {
                    order.Add(name);
                }

                // The program leaves once the phase beside its termination had its turn.
                File.WriteAllText(Room.File(name), string.Empty);
                return Task.CompletedTask;
            },
        };
        Engine engine = Start(services: Add(
            Of("last", ShutdownStage.After, false), Of("quiesce", ShutdownStage.Quiesce, true), Of("first", ShutdownStage.Before, false), Of("beside", ShutdownStage.Terminate, false)));
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Shell(
            "trap 'while [ ! -e beside ]; do sleep 0.05; done; exit 0' TERM; echo ready; while :; do sleep 0.05; done"));

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());

        Assert.Equal(KillOutcome.ExitedGracefully, report.Outcome);
        Assert.Equal(["first", "quiesce", "beside", "last"], order);
        Assert.All(order, name => Assert.Equal(PhaseOutcome.Finished, Find(report, name).Outcome));
        Assert.Equal(["upload of the report"], Find(report, "quiesce").WaitedFor.Select(work => work.Description));
        Assert.All(["git", "database", "file", "other"], name => Assert.Equal(PhaseOutcome.NothingInFlight, Find(report, name).Outcome));
        Assert.Equal(report.Phases.Select(phase => (phase.Name, phase.Outcome)), (await engine.Kills.FindReportAsync(report.KillId))!.Phases.Select(phase => (phase.Name, phase.Outcome)));
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_PhasesThatThrowAndHang_GoesOnAndSaysSo()
    {
        using ManualResetEventSlim never = new();
        Engine engine = Start(services: Add(
            new ScriptedPhase("throws") { Look = _ => [_upload], Execute = (_, _) => throw new InvalidOperationException("a secret") },
            new ScriptedPhase("throws-looking") { Look = _ => throw new InvalidOperationException("a secret") },
            new ScriptedPhase("hangs") { Look = _ => [_upload], Execute = (_, _) => Task.Delay(Timeout.Infinite, CancellationToken.None), Ceiling = TimeSpan.FromMilliseconds(300) },
            new ScriptedPhase("blocks") { Look = _ => [_upload], Execute = (_, _) => { never.Wait(CancellationToken.None); return Task.CompletedTask; }, Ceiling = TimeSpan.FromMilliseconds(300) },
            new ScriptedPhase("blocks-looking") { Look = _ => { never.Wait(CancellationToken.None); return []; } },
            new ScriptedPhase("before-hangs", ShutdownStage.Before) { Execute = (_, _) => Task.Delay(Timeout.Infinite, CancellationToken.None), Ceiling = TimeSpan.FromMilliseconds(300) },
            new ScriptedPhase("after-throws", ShutdownStage.After) { Execute = (_, _) => throw new InvalidOperationException() }));
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Shell(Waits));

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());
        never.Set();

        Assert.Equal(KillOutcome.ExitedGracefully, report.Outcome);
        string[] failed = ["throws", "throws-looking", "hangs", "blocks", "blocks-looking", "before-hangs", "after-throws"];
        Assert.All(failed, name => Assert.Equal(PhaseOutcome.Failed, Find(report, name).Outcome));
        Assert.DoesNotContain("a secret", string.Join(' ', report.Phases.Select(phase => phase.Message)), StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_WorkThatNeverEnds_IsGivenUpAtItsCeilingAndNamed()
    {
        Engine engine = Start(services: Add(new ScriptedPhase("upload") { Look = _ => [_upload], Execute = WaitForToken, Ceiling = TimeSpan.FromMilliseconds(400) }));
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Shell(Waits));

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());

        Assert.Equal(KillOutcome.ExitedGracefully, report.Outcome);
        PhaseReport upload = Find(report, "upload");
        Assert.Equal(PhaseOutcome.CeilingReached, upload.Outcome);
        AwaitedWork work = Assert.Single(upload.WaitedFor);
        Assert.Equal(("upload of the report", false), (work.Description, work.IsDone));
        // The ceiling counts from the beginning of the stage, the wait from the look.
        Assert.InRange(work.DurationMs, 100, 5000);
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_PhasesSideBySide_TakeNoLongerThanTheLongest()
    {
        IShutdownPhase Of(string name) => new ScriptedPhase(name) { Look = _ => [_upload], Execute = WaitForToken, Ceiling = TimeSpan.FromSeconds(1.5) };
        Engine engine = Start(services: Add([.. Enumerable.Range(1, 8).Select(number => Of($"upload-{number}"))]));
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Shell(Waits));

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());

        // One after the other they would take twelve seconds.
        Assert.InRange(report.Steps.Single(step => step.Name == "quiesce").DurationMs, 1400, 5000);
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_EscalatedDuringAPhase_EndsTheWaitAndTheRun()
    {
        TaskCompletionSource waiting = new();
        Engine engine = Start(services: Add(new ScriptedPhase("upload")
        {
            Look = _ => [_upload],
            Execute = (_, token) =>
            {
                waiting.TrySetResult();
                return Task.Delay(Timeout.Infinite, token);
            },
            Ceiling = TimeSpan.FromSeconds(30),
        }));
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("stubborn"));
        Task<KillReport> graceful = engine.Kills.KillAsync(process.RunId, Engine.Graceful());
        await waiting.Task;

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Emergency());

        Assert.Equal((KillOutcome.Killed, KillMode.Emergency), (report.Outcome, report.Mode));
        Assert.Equal(report.KillId, (await graceful).KillId);
        Assert.Equal(PhaseOutcome.Escalated, Find(report, "upload").Outcome);
        Assert.DoesNotContain(report.Steps, step => step.Name == "terminate");
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_RunThatEndsByItselfWhileItsWorkIsWaitedFor_WaitsNoLonger()
    {
        Engine engine = Start(services: Add(new ScriptedPhase("upload") { Look = _ => [_upload], Execute = WaitForToken, Ceiling = TimeSpan.FromSeconds(30) }));
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Shell("echo ready; sleep 1"));

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());

        Assert.Equal((KillOutcome.ExitedGracefully, 0), (report.Outcome, report.ExitCode));
        Assert.Equal(("upload", PhaseOutcome.Finished), (Find(report, "upload").Name, Find(report, "upload").Outcome));
        Assert.InRange(report.DurationMs, 0, 10_000);
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_WithinACap_TakesNoLongerAndStillTerminates()
    {
        Engine engine = Start(
            configure: options => options.GraceCap = TimeSpan.FromSeconds(2),
            services: Add(new ScriptedPhase("upload") { Look = _ => [_upload], Execute = WaitForToken, Ceiling = TimeSpan.FromSeconds(30) }));
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("stubborn"));

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());

        Assert.Equal(KillOutcome.Killed, report.Outcome);
        Assert.InRange(report.Steps.Single(step => step.Name == "quiesce").DurationMs, 1300, 5000);
        Assert.InRange(report.Steps.Single(step => step.Name == "terminate").DurationMs, 200, 3000);
        Assert.InRange(report.DurationMs, 1900, 7000);
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_Emergency_WaitsForNothingAndRunsWhatBelongsBeforeAndAfterBesideIt()
    {
        ScriptedPhase before = new("revoke", ShutdownStage.Before);
        ScriptedPhase quiesce = new("upload") { Look = _ => [_upload] };
        ScriptedPhase after = new("tell", ShutdownStage.After) { Execute = (_, _) => Task.Delay(Timeout.Infinite, CancellationToken.None), Ceiling = TimeSpan.FromSeconds(30) };
        Engine engine = Start(services: Add(before, quiesce, after));
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("stubborn"));

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Emergency());

        Assert.Equal(KillOutcome.Killed, report.Outcome);
        Assert.Equal((1, 0, 1), (before.Executions, quiesce.Executions, after.Executions));
        Assert.Equal(["revoke", "tell"], report.Phases.Select(phase => phase.Name));
        Assert.InRange(report.DurationMs, 0, 5000);
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_ByAProcessWithoutAPhaseOfTheRun_SaysThatItIsNotAvailable()
    {
        Engine launching = Start(services: Add(new ScriptedPhase("upload")));
        Engine ending = Start();
        await using ITrackedProcess process = await launching.LaunchReadyAsync(launching.Shell(Waits));
        Assert.Contains("upload", (await ending.RowAsync(process.RunId)).Phases);

        KillReport report = await ending.Kills.KillAsync(process.RunId, Engine.Graceful());

        Assert.Equal(PhaseOutcome.NotAvailableHere, Find(report, "upload").Outcome);
    }

    private static Action<IServiceCollection> Add(params IReadOnlyList<IShutdownPhase> phases) => services =>
    {
        foreach (IShutdownPhase phase in phases)
        {
            services.AddSingleton(phase);
        }
    };

    private static Task WaitForToken(ShutdownContext context, CancellationToken token) => Task.Delay(Timeout.Infinite, token);

    private static PhaseReport Find(KillReport report, string name) => report.Phases.Single(phase => phase.Name == name);
}
