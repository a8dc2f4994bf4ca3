using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Signs;

/// <summary>When a run is ready: by what was declared, and by the notify protocol and the API in any case.</summary>
public sealed class ReadinessTests : EndToEndTest
{
    // What systemd-notify does, without it: these tests do not need it.
    private const string SendReady = "use Socket; socket(my $s, AF_UNIX, SOCK_DGRAM, 0); send($s, $ARGV[0], 0, pack_sockaddr_un($ENV{NOTIFY_SOCKET}));";

    private static async Task UntilReadyAsync(Engine engine, ITrackedProcess process)
    {
        await Wait.UntilAsync("the run is ready", async () => (await engine.RowAsync(process.RunId)).State == RunState.Running);
        Assert.NotNull((await engine.RowAsync(process.RunId)).ReadyAt);
    }

    private static async Task AssertInitializingAsync(Engine engine, ITrackedProcess process, ReadinessSource declared)
    {
        await Task.Delay(300);
        RunRecord row = await engine.RowAsync(process.RunId);
        Assert.Equal((RunState.Initializing, null, declared), (row.State, row.ReadyAt, row.Readiness));
    }

    private static async Task UntilWrittenAsync(ITrackedProcess process, string text)
    {
        await foreach (OutputLine line in process.ReadOutputLinesAsync())
        {
            if (line.Text == text)
            {
                return;
            }
        }

        Assert.Fail($"It ended without '{text}'.");
    }

    [Theory(Timeout = Limit)]
    [InlineData("")]
    [InlineData(">&2")]
    public async Task Pattern_IsMetByALineOfEitherStream_NotByTheFirstOutput(string where)
    {
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchAsync(
            engine.Shell($"echo loading; read go; echo 'now listening on http://[::]:8080' {where}; exec sleep 60") with
            {
                Readiness = Readiness.OutputPattern("listening on \\S+:\\d+"),
                Input = InputMode.Pipe,
            });
        await UntilWrittenAsync(process, "loading");
        await AssertInitializingAsync(engine, process, ReadinessSource.OutputPattern);

        await process.StandardInput.WriteAsync("go\n"u8.ToArray());
        await process.StandardInput.FlushAsync();

        await UntilReadyAsync(engine, process);
        await engine.Kills.KillAsync(process.RunId, Engine.Emergency());
    }

    [Fact(Timeout = Limit)]
    public async Task Pattern_InAStream_IsMetOnceItIsRead()
    {
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchAsync(
            engine.Shell("echo up; exec sleep 60") with { Readiness = Readiness.OutputPattern("^up$"), Output = OutputMode.Stream });
        await AssertInitializingAsync(engine, process, ReadinessSource.OutputPattern);

        byte[] read = new byte[10];
        Assert.Equal("up\n"u8.ToArray(), read[..await process.StandardOutput.ReadAsync(read)]);

        await UntilReadyAsync(engine, process);
        await engine.Kills.KillAsync(process.RunId, Engine.Emergency());
    }

    [Fact(Timeout = Limit)]
    public async Task Pattern_OfAProgramThatFloods_LosesNoneOfItsOutput()
    {
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchAsync(
            engine.Shell("yes 'all work and no play' | head -n 2000000; echo up") with { Readiness = Readiness.OutputPattern("^never$") });
        long lines = 0;
        await foreach (OutputLine line in process.ReadOutputLinesAsync())
        {
            lines++;
        }

        Assert.Equal(2_000_001, lines);
        Assert.Equal(RunState.Exited, (await process.WaitForExitAsync()).State);
    }

    [Fact(Timeout = Limit)]
    public async Task Api_MakesReady_AndTheOutputAloneDoesNot()
    {
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Shell("echo ready; exec sleep 60") with { Readiness = Readiness.Api() });
        await AssertInitializingAsync(engine, process, ReadinessSource.Api);

        await process.MarkReadyAsync("3 tools loaded");

        RunRecord row = await engine.RowAsync(process.RunId);
        Assert.Equal((RunState.Running, "3 tools loaded"), (row.State, row.Status));
        Assert.NotNull(row.ReadyAt);
        await engine.Kills.KillAsync(process.RunId, Engine.Emergency());
    }

    [Theory(Timeout = Limit)]
    [InlineData(OutputMode.Capture)]
    [InlineData(OutputMode.Files)]
    public async Task Notify_Declared_TheFirstOutputIsNoReadiness(OutputMode output)
    {
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchAsync(
            engine.Request("perl", "-e", SendReady + "$| = 1; print qq(loading\\n); sleep 60", "STATUS=loaded half") with { Readiness = Readiness.Notify(), Output = output });
        await Wait.UntilAsync("the status is there", async () => (await engine.RowAsync(process.RunId)).Status == "loaded half");

        await AssertInitializingAsync(engine, process, ReadinessSource.Notify);
        await engine.Kills.KillAsync(process.RunId, Engine.Emergency());
    }

    [Fact(Timeout = Limit)]
    public async Task Notify_CountsWhateverWasDeclared()
    {
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchAsync(
            engine.Request("perl", "-e", SendReady + "sleep 60", "READY=1") with { Readiness = Readiness.OutputPattern("never") });

        await UntilReadyAsync(engine, process);
        await engine.Kills.KillAsync(process.RunId, Engine.Emergency());
    }

    [Fact(Timeout = Limit)]
    public async Task Undeclared_FirstOutput_IsReady()
    {
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchAsync(engine.Shell("printf .; exec sleep 60"));

        await UntilReadyAsync(engine, process);
        Assert.Equal(ReadinessSource.Undeclared, (await engine.RowAsync(process.RunId)).Readiness);
        await engine.Kills.KillAsync(process.RunId, Engine.Emergency());
    }

    [Fact(Timeout = Limit)]
    public async Task RequireReadiness_RefusesWhatDeclaresNone_BeforeAnythingIsRecorded()
    {
        Engine engine = Start(configure: options => options.RequireReadiness = true);

        ArgumentException refused = await Assert.ThrowsAsync<ArgumentException>(() => engine.LaunchAsync(engine.Request("sleep", "60")));

        Assert.Contains("Set Readiness to Readiness.Notify()", refused.Message, StringComparison.Ordinal);
        Assert.Empty(await engine.AllRowsAsync());
        RunResult result = await engine.Launcher.RunAsync(engine.Request("true") with { Readiness = Readiness.Notify() });
        Assert.Equal(RunState.Exited, result.State);
    }

    [Theory(Timeout = Limit)]
    [InlineData("cgroup")]
    [InlineData("reaper")]
    [Trait("Scenario", "S24")]
    public async Task Ready_SaidWhileNoHostLives_IsSeenByTheNextThatLooks(string how)
    {
        RunId id = RunId.Parse("ready:1");
        HelperProcess host = StartHost(
            "launch", id.Value, how, "keep", "ready=notify", "--", "/bin/sh", "-c", "echo output; until [ -e go ]; do sleep 0.02; done; perl -e '" + SendReady + "' \"$(printf 'READY=1\\nSTATUS=said to nobody')\"; : > said; exec sleep 60");
        await host.ReadAsync("launched");
        await host.KillAsync();
        // One that only looks: a host would watch the run again.
        Engine engine = Start(configure: options => options.RecoverOnStart = false);
        await Wait.UntilAsync("it has written", () => Directory.GetFiles(Room.RuntimeDirectory, "stdout.log", SearchOption.AllDirectories) is [{ } log] && new FileInfo(log).Length > 0);
        RunRecord before = await engine.RowAsync(id);
        Assert.Equal((RunState.Initializing, null, ReadinessSource.Notify), (before.State, before.ReadyAt, before.Readiness));

        await File.WriteAllTextAsync(Room.File("go"), string.Empty);
        await Wait.UntilAsync("it said so", () => File.Exists(Room.File("said")));

        RunRecord after = await engine.RowAsync(id);
        Assert.Equal((RunState.Running, "said to nobody"), (after.State, after.Status));
        Assert.NotNull(after.ReadyAt);
        await engine.Kills.KillAsync(id, Engine.Emergency());
    }
}
