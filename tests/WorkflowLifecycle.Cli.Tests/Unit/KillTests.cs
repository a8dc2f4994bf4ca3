using Microsoft.Extensions.Time.Testing;
using NSubstitute;
using NSubstitute.ExceptionExtensions;

namespace WorkflowLifecycle.Cli.Tests.Unit;

public sealed class KillTests
{
    private static readonly string[] _byWorkflow = ["kill", "--workflow", "builder", "--reason", "stuck since noon"];

    private static CommandLine WithTwoRuns(bool isTerminal = false, string answer = "")
    {
        CommandLine cli = new() { IsTerminal = isTerminal, Answer = answer };
        RunRecord[] runs = [Sample.Run(RunId.Parse("run_1")), Sample.Run(RunId.Parse("run_2"))];
        cli.Registry.SearchAsync(default!, default).ReturnsForAnyArgs(new RunPage(runs, null));
        cli.Kills.PreviewAsync(default, default).ReturnsForAnyArgs(call => new KillPreview
        {
            Run = Sample.Run(call.Arg<RunId>()),
            Processes = [Sample.Process()],
            Waits = ["SIGTERM, up to 10 s"],
            Cleans = ["the cgroup"],
        });
        cli.Kills.KillAsync(default, default!, default).ReturnsForAnyArgs(Sample.Report());
        cli.Kills.KillManyAsync(default!, default!, default).ReturnsForAnyArgs([Sample.Report(), Sample.Report()]);
        return cli;
    }

    private static async Task AssertNothingKilledAsync(CommandLine cli)
    {
        await cli.Kills.DidNotReceiveWithAnyArgs().KillAsync(default, default!, default);
        await cli.Kills.DidNotReceiveWithAnyArgs().KillManyAsync(default!, default!, default);
        await cli.Kills.DidNotReceiveWithAnyArgs().BeginKillAsync(default, default!, default);
    }

    [Fact]
    public async Task Selection_WithoutATerminalAndYes_Is2AndNamesTheFlag()
    {
        CommandLine cli = WithTwoRuns();

        Assert.Equal(2, await cli.RunAsync(_byWorkflow));
        Assert.Contains("--yes", cli.Error, StringComparison.Ordinal);
        Assert.Empty(cli.Opened);
        await AssertNothingKilledAsync(cli);
    }

    [Fact]
    public async Task Selection_WithYes_KillsExactlyWhatWasFound()
    {
        CommandLine cli = WithTwoRuns();

        Assert.Equal(0, await cli.RunAsync([.. _byWorkflow, "--yes"]));
        await cli.Kills.Received().KillManyAsync(
            Arg.Is<IReadOnlyList<RunId>>(runs => runs.Count == 2 && runs[0].Value == "run_1" && runs[1].Value == "run_2"),
            Arg.Any<KillRequest>(), Arg.Any<CancellationToken>());
    }

    [Theory]
    [InlineData("y\n", true)]
    [InlineData("YES\n", true)]
    [InlineData("n\n", false)]
    [InlineData("\n", false)]
    [InlineData("", false)]
    public async Task Selection_OnATerminal_AsksAfterThePreview(string answer, bool kills)
    {
        CommandLine cli = WithTwoRuns(isTerminal: true, answer);

        Assert.Equal(kills ? 0 : 1, await cli.RunAsync(_byWorkflow));
        Assert.Contains("would end    4321 sleep 60 (root)", cli.Error, StringComparison.Ordinal);
        Assert.Contains("End 2 runs? [y/N]", cli.Error, StringComparison.Ordinal);
        if (!kills)
        {
            await AssertNothingKilledAsync(cli);
        }
    }

    [Fact]
    public async Task Selection_ByState_AsksForThatState()
    {
        CommandLine cli = WithTwoRuns();

        Assert.Equal(0, await cli.RunAsync("kill", "--state", "initializing", "--yes", "--reason", "stuck since noon"));
        await cli.Registry.Received().SearchAsync(
            Arg.Is<RunQuery>(query => query.States.Count == 1 && query.States[0] == RunState.Initializing), Arg.Any<CancellationToken>());
    }

    [Fact]
    public async Task Selection_OfNothing_Is3()
    {
        CommandLine cli = new();

        Assert.Equal(3, await cli.RunAsync([.. _byWorkflow, "--yes"]));
        Assert.Contains("no live run of workflow 'builder'", cli.Error, StringComparison.Ordinal);
        await AssertNothingKilledAsync(cli);
    }

    [Theory]
    [InlineData("run_1")]
    [InlineData("run_1", "run_2", "--emergency")]
    [InlineData("--workflow", "builder")]
    [InlineData("--workflow", "builder", "--yes")]
    [InlineData("run_1", "--json")]
    public async Task DryRun_PrintsThePreviewAndKillsNothing(params string[] arguments)
    {
        CommandLine cli = WithTwoRuns();

        Assert.Equal(0, await cli.RunAsync(["kill", "--dry-run", "--reason", "stuck since noon", .. arguments]));
        Assert.Contains("4321", cli.Out, StringComparison.Ordinal);
        await AssertNothingKilledAsync(cli);
    }

    [Fact]
    public async Task DryRun_AsJson_SaysThatItIsOne()
    {
        CommandLine cli = WithTwoRuns();

        Assert.Equal(0, await cli.RunAsync("kill", "run_1", "--dry-run", "--json", "--reason", "stuck since noon"));
        Assert.True(cli.Json.GetProperty("dryRun").GetBoolean());
        Assert.Equal("SIGTERM, up to 10 s", cli.Json.GetProperty("waits")[0].GetString());
    }

    [Fact]
    public async Task Waiting_SaysForWhatHowLongAndHowToEscalate()
    {
        FakeTimeProvider time = new();
        CommandLine cli = new() { Time = time };
        TaskCompletionSource<KillReport> kill = new();
        cli.Registry.InspectAsync(default, default).ReturnsForAnyArgs([Sample.Process()]);
        cli.Kills.KillAsync(default, default!, default).ReturnsForAnyArgs(kill.Task);
        Task<int> running = cli.RunAsync("kill", "run_1", "--reason", "it's stuck");

        time.Advance(TimeSpan.FromSeconds(1));
        time.Advance(TimeSpan.FromSeconds(1));
        time.Advance(TimeSpan.FromSeconds(4));
        kill.SetResult(Sample.Report());

        Assert.Equal(0, await running);
        string[] said = cli.Error.Split('\n');
        Assert.Contains(@"To end it at once: workflowctl kill run_1 --emergency --reason 'it'\''s stuck'", said);
        Assert.Contains("Waiting 1s for run_1: 4321 sleep (at most 30s for work in flight and 10s to leave, then SIGKILL; a host may set others)", said);
        Assert.Equal(2, said.Count(line => line.StartsWith("Waiting", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Waiting_ForWorkInFlight_NamesItInsteadOfTheProcesses()
    {
        FakeTimeProvider time = new();
        CommandLine cli = new() { Time = time };
        TaskCompletionSource<KillReport> kill = new();
        using ScriptedEvents events = new(cli);
        cli.Registry.InspectAsync(default, default).ReturnsForAnyArgs([Sample.Process()]);
        cli.Kills.KillAsync(default, default!, default).ReturnsForAnyArgs(kill.Task);
        Task<int> running = cli.RunAsync("kill", "run_1", "--reason", "stuck since noon");

        await events.TellAsync("run_2", "kill.waiting", "somebody else's work");
        await events.TellAsync("run_1", "kill.waiting", "git push (PID 12)");
        time.Advance(TimeSpan.FromSeconds(1));
        await events.TellAsync("run_1", "kill.waiting", string.Empty);
        time.Advance(TimeSpan.FromSeconds(5));
        kill.SetResult(Sample.Report());

        Assert.Equal(0, await running);
        Assert.Contains("Waiting 1s for run_1: git push (PID 12) (", cli.Error, StringComparison.Ordinal);
        Assert.Contains("Waiting 6s for run_1: 4321 sleep (", cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Waiting_Interrupted_Is130AndSaysThatTheKillIsNotTakenBack()
    {
        CommandLine cli = new();
        cli.Kills.KillAsync(default, default!, default)
            .ReturnsForAnyArgs(call => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, call.Arg<CancellationToken>())
                .ContinueWith<KillReport>(_ => throw new OperationCanceledException(), TaskScheduler.Default));
        Task<int> running = cli.RunAsync("kill", "run_1", "--reason", "stuck since noon");

        cli.Interrupts.Raise();

        Assert.Equal(130, await running);
        Assert.Contains("not taken back", cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Receipt_WithDebts_AddsALineOnStandardError()
    {
        CommandLine cli = new();
        cli.Kills.KillAsync(default, default!, default).ReturnsForAnyArgs(Sample.Report() with
        {
            Cleanup = [new CleanupResult { Cleaner = "run-directory", Outcome = "Failed", Remaining = ["/run/x"], Message = "Busy." }],
        });

        Assert.Equal(0, await cli.RunAsync("kill", "run_1", "--reason", "stuck since noon"));
        Assert.Contains("not cleaned yet (run-directory): /run/x. Busy.", cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unconfirmed_NamesSurvivorsAndWhatTheyWaitOn()
    {
        CommandLine cli = new();
        cli.Kills.KillAsync(default, default!, default).ReturnsForAnyArgs(Sample.Report(KillOutcome.KillUnconfirmed) with
        {
            Survivors = [Sample.Process() with { State = 'D', WaitsOn = "nfs_wait" }],
        });

        Assert.Equal(5, await cli.RunAsync("kill", "run_1", "--reason", "stuck since noon"));
        Assert.Contains("4321 sleep (waits on nfs_wait)", cli.Error, StringComparison.Ordinal);
        Assert.Contains("--emergency", cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Commands_ThatAreSuggested_NameTheStoreThatWasNamed()
    {
        CommandLine cli = new();
        string store = typeof(KillTests).Assembly.Location;
        cli.Kills.KillAsync(default, default!, default).ReturnsForAnyArgs(Sample.Report(KillOutcome.Denied));

        Assert.Equal(4, await cli.RunAsync("kill", Sample.Id.Value, "--reason", "stuck since noon", "--store", store));
        Assert.Contains($"workflowctl show {Sample.Id} --store {store}", cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Preview_OfAnUnknownRun_Is3()
    {
        CommandLine cli = new();
        cli.Kills.PreviewAsync(default, default).ThrowsAsyncForAnyArgs(new RunNotFoundException(Sample.Id, "memory"));

        Assert.Equal(3, await cli.RunAsync("kill", "run_1", "--dry-run", "--reason", "stuck since noon"));
    }
}
