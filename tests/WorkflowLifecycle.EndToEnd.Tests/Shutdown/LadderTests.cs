using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Shutdown;

/// <summary>How a program is told to leave, step by step, and how long it gets.</summary>
public sealed class LadderTests : EndToEndTest
{
    private const int SigInt = 2;
    private const int SigTerm = 15;
    private const string SleepOn = "while :; do sleep 0.05; done";

    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);

    [Fact(Timeout = Limit)]
    public async Task Kill_ProgramThatLeavesOnSigint_NeverGetsSigterm()
    {
        Engine engine = Start();
        LaunchRequest request = engine.Shell($"trap 'echo int > said; exit 7' INT; trap 'echo term > said' TERM; echo ready; {SleepOn}") with
        {
            Termination = new TerminationLadder { Steps = [TerminationStep.SendSignal(SigInt), TerminationStep.SendSignal(SigTerm)], Scope = TerminationScope.MainProcess },
        };
        await using ITrackedProcess process = await engine.LaunchReadyAsync(request);

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());

        Assert.Equal(7, report.ExitCode);
        Assert.Equal("int\n", await File.ReadAllTextAsync(Room.File("said")));
        Assert.StartsWith("SIGINT to the main process:", report.Steps.Single(step => step.Name == "terminate").Outcome, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_ProgramThatIgnoresTheFirstStep_GetsTheNextAndEachIsAudited()
    {
        Engine engine = Start();
        LaunchRequest request = engine.Shell($"trap '' INT; trap 'exit 0' TERM; echo ready; {SleepOn}") with
        {
            Termination = new TerminationLadder { Steps = [TerminationStep.SendSignal(SigInt, TimeSpan.FromMilliseconds(200)), TerminationStep.SendSignal(SigTerm)] },
        };
        await using ITrackedProcess process = await engine.LaunchReadyAsync(request);

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());

        Assert.Equal(KillOutcome.ExitedGracefully, report.Outcome);
        string terminate = report.Steps.Single(step => step.Name == "terminate").Outcome;
        Assert.Matches("^SIGINT to [0-9]+ process(es)?, SIGTERM to [0-9]+ process(es)?: all left$", terminate);
        await Wait.UntilAsync("both are audited", async () => (await SignalsAsync(engine, process.RunId)).Count == 2);
        Assert.Equal(["SIGINT", "SIGTERM"], (await SignalsAsync(engine, process.RunId)).Order(StringComparer.Ordinal));
        Assert.Equal(PhaseOutcome.Finished, Terminate(report).Outcome);
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_LineOnStandardInput_IsWrittenByTheHostThatHoldsIt()
    {
        Engine engine = Start();
        LaunchRequest request = engine.Shell("echo ready; while read -r line; do test \"$line\" = quit && exit 5; done; exit 6") with
        {
            Input = InputMode.Pipe,
            Termination = new TerminationLadder { Steps = [TerminationStep.WriteLine("quit"), TerminationStep.SendSignal(SigTerm)] },
        };
        await using ITrackedProcess process = await engine.LaunchReadyAsync(request);

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());

        Assert.Equal((KillOutcome.ExitedGracefully, 5), (report.Outcome, report.ExitCode));
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_LineOnStandardInputThatAnotherProcessHolds_GoesOnWithTheNextStep()
    {
        Engine engine = Start();
        Engine other = Start();
        LaunchRequest request = engine.Shell("echo ready; while read -r line; do test \"$line\" = quit && exit 5; done; exit 6") with
        {
            Input = InputMode.Pipe,
            Termination = new TerminationLadder { Steps = [TerminationStep.WriteLine("quit", TimeSpan.FromMilliseconds(100)), TerminationStep.SendSignal(SigTerm)] },
        };
        await using ITrackedProcess process = await engine.LaunchReadyAsync(request);

        KillReport report = await other.Kills.KillAsync(process.RunId, Engine.Graceful());

        Assert.Equal((KillOutcome.ExitedGracefully, SigTerm), (report.Outcome, report.ExitSignal));
        Assert.Contains("not available here", report.Steps.Single(step => step.Name == "terminate").Outcome, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_Command_IsRunAsARunOfItsOwnAndFindsTheMainProcess()
    {
        Engine engine = Start();
        LaunchRequest request = engine.Shell($"trap '' TERM; trap 'exit 3' USR1; echo ready; {SleepOn}") with
        {
            Workflow = "builder",
            Termination = new TerminationLadder { Steps = [TerminationStep.RunCommand("/bin/sh", "-c", "echo $WORKFLOW_LIFECYCLE_TARGET_RUN_ID > target; kill -USR1 $MAINPID")] },
        };
        await using ITrackedProcess process = await engine.LaunchReadyAsync(request);

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());

        Assert.Equal((KillOutcome.ExitedGracefully, 3), (report.Outcome, report.ExitCode));
        Assert.Equal(process.RunId.Value + "\n", await File.ReadAllTextAsync(Room.File("target")));
        RunRecord command = Assert.Single(await engine.AllRowsAsync(), row => row.RunId != process.RunId);
        Assert.Equal("builder", command.Workflow);
        await Wait.UntilAsync("the command is over", async () => (await engine.RowAsync(command.RunId)).State.IsFinal);
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_CommandByRootInAnotherProcess_IsNotRun()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root is refused that.");
        Engine engine = Start();
        Engine other = Start();
        LaunchRequest request = engine.Shell($"echo ready; {SleepOn}") with
        {
            Termination = new TerminationLadder
            {
                Steps = [TerminationStep.RunCommand("/bin/sh", "-c", "echo run > was") with { Wait = TimeSpan.FromMilliseconds(100) }, TerminationStep.SendSignal(SigTerm)],
            },
        };
        await using ITrackedProcess process = await engine.LaunchReadyAsync(request);

        KillReport report = await other.Kills.KillAsync(process.RunId, Engine.Graceful());

        Assert.Equal((KillOutcome.ExitedGracefully, SigTerm), (report.Outcome, report.ExitSignal));
        Assert.False(File.Exists(Room.File("was")));
        Assert.Contains("as root it is run only in the process that launched the run", report.Steps.Single(step => step.Name == "terminate").Outcome, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_CommandThatHangs_IsEndedAtTheCeiling()
    {
        Engine engine = Start(configure: options => options.TerminateCeiling = _second);
        LaunchRequest request = engine.Program("stubborn") with { Termination = new TerminationLadder { Steps = [TerminationStep.RunCommand("sleep", "1000")] } };
        await using ITrackedProcess process = await engine.LaunchReadyAsync(request);

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());

        Assert.Equal((KillOutcome.Killed, PhaseOutcome.CeilingReached), (report.Outcome, Terminate(report).Outcome));
        Assert.NotEmpty(Terminate(report).WaitedFor);
        RunRecord command = Assert.Single(await engine.AllRowsAsync(), row => row.RunId != process.RunId);
        await Wait.UntilAsync("the command is over", async () => (await engine.RowAsync(command.RunId)).State.IsFinal);
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_MainProcessAlone_EndsItsChildrenOnlyOnceItLeft()
    {
        Engine engine = Start();
        string child = $"trap \"echo child >> said\" TERM; {SleepOn}";
        LaunchRequest request = engine.Shell($"trap 'echo main >> said; exit 0' TERM; sh -c '{child}' & echo ready; {SleepOn}") with
        {
            Termination = TerminationLadder.Default with { Scope = TerminationScope.MainProcess },
        };
        await using ITrackedProcess process = await engine.LaunchReadyAsync(request);

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());

        Assert.Equal((KillOutcome.Killed, 0), (report.Outcome, report.ExitCode));
        Assert.Equal("main\n", await File.ReadAllTextAsync(Room.File("said")));
        Assert.EndsWith("the main process left", report.Steps.Single(step => step.Name == "terminate").Outcome, StringComparison.Ordinal);
        Assert.InRange(report.DurationMs, 0, 9000);
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_ProgramThatAsksForMoreTime_GetsIt()
    {
        Engine engine = Start(configure: options => options.TerminateCeiling = _second);
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Shell(Asking("4", "2")));

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());

        Assert.Equal((KillOutcome.ExitedGracefully, 9), (report.Outcome, report.ExitCode));
        Assert.Equal(PhaseOutcome.Extended, Terminate(report).Outcome);
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_ProgramThatAsksForMoreThanTheCap_GetsTheCap()
    {
        Engine engine = Start(configure: options => (options.TerminateCeiling, options.GraceCap) = (_second, 2 * _second));
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Shell(Asking("100", "50")));

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());

        Assert.Equal((KillOutcome.Killed, PhaseOutcome.CeilingReached), (report.Outcome, Terminate(report).Outcome));
        Assert.InRange(report.DurationMs, 1800, 7000);
    }

    // Asks for so many seconds when it is told to leave, and needs so many.
    private static string Asking(string asks, string needs) =>
        $"leave() {{ perl -MIO::Socket::UNIX -e '"
        + "my $s = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Peer => $ENV{NOTIFY_SOCKET}); $s->send(\"STOPPING=1\\nEXTEND_TIMEOUT_USEC=" + asks + "000000\")'; "
        + $"sleep {needs}; exit 9; }}; trap leave TERM; echo ready; {SleepOn}";

    private static PhaseReport Terminate(KillReport report) => report.Phases.Single(phase => phase.Name == "terminate");

    private static async Task<IReadOnlyList<string>> SignalsAsync(Engine engine, RunId runId) =>
        [.. (await engine.AuditAsync(runId)).Where(entry => entry.Stage == "Signal").Select(entry => entry.Details["signal"])];
}
