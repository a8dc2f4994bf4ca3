using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.RealPrograms;

/// <summary>Programs that are told to leave in their own way.</summary>
public sealed class LadderTests : RealProgramTest
{
    private const int SigInt = 2;
    private const int SigTerm = 15;

    // Leaves at a SIGTERM that follows a SIGINT, as programs do that save at the first and go at the second.
    private const string Twice = """
        $| = 1;
        $SIG{TERM} = 'IGNORE';
        $SIG{INT} = sub { open(my $saved, '>', 'saved'); close $saved; $SIG{TERM} = sub { exit 3 } };
        print "ready\n";
        sleep 1 while 1;
        """;

    [Theory(Timeout = Limit)]
    [InlineData("bc", "-q", "1+1", "quit")]
    [InlineData("python3", "-iqu", "print(2)", "quit()")]
    [InlineData("sqlite3", "-batch", "select 1+1;", ".quit")]
    [InlineData("sh", "-s", "trap '' TERM; echo 2", "exit")]
    public async Task Kill_ByALineOnStandardInput_LetsTheProgramExit(string program, string option, string question, string line)
    {
        Need(program);
        Engine engine = Start();
        LaunchRequest request = Run(engine, program, option) with { Input = InputMode.Pipe, Termination = new TerminationLadder { Steps = [TerminationStep.WriteLine(line), TerminationStep.SendSignal(SigTerm)] } };
        await using ITrackedProcess process = await engine.LaunchAsync(request);
        await AskAsync(process, question);

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());

        AssertLeftAtOnce(report);
        Assert.Equal(0, report.ExitCode);
        Assert.Equal("a line on standard input: written: all left", report.Steps.Single(step => step.Name == "terminate").Outcome);
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_OfAProgramThatReadsNoLine_GoesDownTheLadder()
    {
        Engine engine = Start();
        TerminationLadder ladder = new() { Steps = [TerminationStep.WriteLine("quit", TimeSpan.FromMilliseconds(300)), TerminationStep.SendSignal(SigTerm)] };
        await using ITrackedProcess process = await engine.LaunchReadyAsync(Script(engine, "echo ready; exec sleep 60") with { Input = InputMode.Pipe, Termination = ladder });

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());

        AssertLeftAtOnce(report);
        Assert.Equal(SigTerm, report.ExitSignal);
    }

    [Theory(Timeout = Limit)]
    [InlineData(ContainmentStrength.CgroupAndReaper)]
    [InlineData(ContainmentStrength.Reaper)]
    public async Task Kill_BySigintAndThenSigterm_SendsBothAndRecordsThem(ContainmentStrength strength)
    {
        Engine engine = Start(strength);
        TerminationLadder ladder = new() { Steps = [TerminationStep.SendSignal(SigInt, TimeSpan.FromSeconds(1)), TerminationStep.SendSignal(SigTerm)] };
        await using ITrackedProcess process = await engine.LaunchReadyAsync(Run(engine, "perl", "-e", Twice) with { Termination = ladder });

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());

        AssertLeftAtOnce(report);
        Assert.Equal(3, report.ExitCode);
        Assert.True(File.Exists(InWork("saved")));
        Assert.Equal("SIGINT to 1 process, SIGTERM to 1 process: all left", report.Steps.Single(step => step.Name == "terminate").Outcome);
        await Wait.UntilAsync("both signals are in the audit", async () =>
            (await engine.AuditAsync(process.RunId)).Where(entry => entry.Stage == "Signal").Select(entry => entry.Details["signal"]).Order(StringComparer.Ordinal)
                .SequenceEqual(["SIGINT", "SIGTERM"], StringComparer.Ordinal));
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_BySigint_OfAPythonServer_NeedsNoSecondSignal()
    {
        Need("python3");
        Engine engine = Start();
        TerminationLadder ladder = new() { Steps = [TerminationStep.SendSignal(SigInt), TerminationStep.SendSignal(SigTerm)] };
        const string Server = "import http.server, sys; sys.stdout.reconfigure(line_buffering=True); print('ready'); http.server.test(bind='127.0.0.1', port=0)";
        await using ITrackedProcess process = await engine.LaunchAsync(Run(engine, "python3", "-c", Server) with { Termination = ladder });
        await foreach (OutputLine line in process.ReadOutputLinesAsync())
        {
            if (line.Text.StartsWith("Serving HTTP", StringComparison.Ordinal))
            {
                break;
            }
        }

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());

        AssertLeftAtOnce(report);
        Assert.Equal(0, report.ExitCode);
        Assert.Equal("SIGINT to 1 process: all left", report.Steps.Single(step => step.Name == "terminate").Outcome);
    }

    // The answer shows that it reads.
    private static async Task AskAsync(ITrackedProcess process, string question)
    {
        await process.StandardInput.WriteAsync(System.Text.Encoding.UTF8.GetBytes(question + "\n"));
        await process.StandardInput.FlushAsync();
        await foreach (OutputLine line in process.ReadOutputLinesAsync())
        {
            if (line.Text.EndsWith('2'))
            {
                return;
            }
        }

        Assert.Fail("It ended without an answer.");
    }
}
