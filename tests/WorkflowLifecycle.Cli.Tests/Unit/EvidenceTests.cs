using System.Text.Json;
using NSubstitute;

namespace WorkflowLifecycle.Cli.Tests.Unit;

public sealed class EvidenceTests
{
    private static readonly KillId _kill = KillId.Parse("kill_0123456789abcdef0123456789abcdef");

    private static RunEvidence Evidence(KillId? killId = null) => new()
    {
        RunId = Sample.Id,
        KillId = killId,
        TakenAt = Sample.Start,
        DurationMs = 112,
        IntervalMs = 100,
        Cut = ["files"],
        Processes =
        [
            new ProcessEvidence
            {
                Pid = 4321, ParentPid = 4320, Name = "agent", State = 'D', BelongsBecause = "root", CommandLine = "agent \u001b[2J --token ***", WaitChannel = "nfs_wait",
                CpuDeltaMs = 0, ReadDelta = 2048, Files = ["3 /data/\u001b]0;x"], Sockets = [new SocketEvidence { Descriptor = 4, Protocol = "tcp", Local = "127.0.0.1:1", Remote = "127.0.0.1:2", State = "ESTABLISHED" }],
                EnvironmentNames = ["PATH"],
            },
        ],
        Cgroup = [new EvidenceReading { Name = "cpu.pressure", Lines = ["some avg10=0.00"] }],
        Sources = [new EvidenceReading { Name = "stacks", Problem = "did not answer in time" }],
        Output = [new EvidenceOutput { Stream = OutputStream.Error, Lines = ["half \u202eway"] }],
    };

    private static CommandLine With(params RunEvidence[] evidence)
    {
        CommandLine cli = new();
        cli.Evidence.ReadAsync(default, default).ReturnsForAnyArgs(evidence);
        return cli;
    }

    [Fact]
    public async Task Evidence_AsText_ShowsTheNewestAndNothingATerminalActsOn()
    {
        CommandLine cli = With(Evidence(_kill), Evidence());

        Assert.Equal(0, await cli.RunAsync("evidence", Sample.Id.Value));

        foreach (string word in (string[])["for " + _kill, "nfs_wait", "2 KiB", @"agent \x1b[2J --token ***", @"3 /data/\x1b]0;x", "4 tcp 127.0.0.1:1 -> 127.0.0.1:2 ESTABLISHED", "PATH", "some avg10=0.00", "stacks (did not answer in time)", @"half \u202eway"])
        {
            Assert.Contains(word, cli.Out, StringComparison.Ordinal);
        }

        Assert.DoesNotContain('\u001b', cli.Out);
        Assert.Contains("1 older one is kept", cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Evidence_AsJson_IsAnArrayNewestFirst()
    {
        CommandLine cli = With(Evidence(_kill), Evidence());

        Assert.Equal(0, await cli.RunAsync("evidence", Sample.Id.Value, "--json"));

        Assert.Equal([_kill.ToString(), null], cli.Json.EnumerateArray().Select(one => one.GetProperty("killId").GetString()));
        JsonElement first = cli.Json[0];
        Assert.Equal(
            [
                "schemaVersion", "runId", "killId", "takenAt", "durationMs", "intervalMs", "truncated", "cut", "processes", "cgroup", "output", "sources", "notStored",
            ],
            first.EnumerateObject().Select(property => property.Name));
        Assert.True(first.GetProperty("truncated").GetBoolean());
        Assert.Equal("D", first.GetProperty("processes")[0].GetProperty("state").GetString());
        Assert.Equal(4, first.GetProperty("processes")[0].GetProperty("sockets")[0].GetProperty("descriptor").GetInt32());
        Assert.Equal("stderr", first.GetProperty("output")[0].GetProperty("name").GetString());
        Assert.Empty(cli.Error);
    }

    [Fact]
    public async Task Evidence_OfAKill_IsThatOfNoOther()
    {
        Assert.Equal(0, await With(Evidence(), Evidence(_kill)).RunAsync("evidence", Sample.Id.Value, "--kill", _kill.ToString(), "--json"));

        CommandLine cli = With(Evidence());
        Assert.Equal(3, await cli.RunAsync("evidence", Sample.Id.Value, "--kill", _kill.ToString()));
        Assert.Contains("No evidence of run_5fbae44ab6f0 was taken for kill_", cli.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "is not the id of a kill", "--kill", "4321")]
    [InlineData(2, "--kill does not go with it", "--take", "--kill", "kill_0123456789abcdef0123456789abcdef")]
    [InlineData(3, "No evidence was taken of run_5fbae44ab6f0")]
    [InlineData(3, "has no process here", "--take")]
    public async Task Evidence_ThatCannotBeHad_SaysWhy(int exitCode, string words, params string[] options)
    {
        CommandLine cli = With();
        cli.Evidence.TakeAsync(default, default).ReturnsForAnyArgs((RunEvidence?)null);

        Assert.Equal(exitCode, await cli.RunAsync(["evidence", Sample.Id.Value, .. options]));
        Assert.Contains(words, cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Evidence_TakenAndNotStored_IsShownAndToldOf()
    {
        CommandLine cli = new();
        cli.Evidence.TakeAsync(default, default).ReturnsForAnyArgs(Evidence() with { NotStored = "The store is read-only." });

        Assert.Equal(0, await cli.RunAsync("evidence", Sample.Id.Value, "--take"));
        Assert.Contains("nfs_wait", cli.Out, StringComparison.Ordinal);
        Assert.Contains("It is not kept: The store is read-only.", cli.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "--evidence")]
    [InlineData(false)]
    public async Task Kill_WithEvidence_AsksForIt(bool isAsked, params string[] options)
    {
        CommandLine cli = new();
        cli.Kills.KillAsync(default, default!, default).ReturnsForAnyArgs(Sample.Report());

        Assert.Equal(0, await cli.RunAsync(["kill", "run_1", "--reason", "stuck since noon", .. options]));

        await cli.Kills.Received().KillAsync(Arg.Any<RunId>(), Arg.Is<KillRequest>(request => request.CaptureEvidence == isAsked), Arg.Any<CancellationToken>());
    }

    [Fact]
    public async Task Kill_EmergencyWithEvidence_SaysThatThereIsNone()
    {
        CommandLine cli = new();
        cli.Kills.KillAsync(default, default!, default).ReturnsForAnyArgs(Sample.Report());

        Assert.Equal(0, await cli.RunAsync("kill", "run_1", "--reason", "stuck since noon", "--emergency", "--evidence"));
        Assert.Contains("--evidence has no effect", cli.Error, StringComparison.Ordinal);
    }
}
