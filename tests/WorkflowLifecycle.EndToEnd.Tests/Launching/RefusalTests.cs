using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Launching;

/// <summary>What the launcher does not take: the rows of the bad-input table.</summary>
public sealed class RefusalTests : EndToEndTest
{
    [Theory(Timeout = Limit)]
    [InlineData("/no/such/program", LaunchStage.ProgramMissing)]
    [InlineData("no-such-program-anywhere", LaunchStage.ProgramMissing)]
    [InlineData("./missing", LaunchStage.ProgramMissing)]
    [InlineData("/etc/passwd", LaunchStage.ProgramNotExecutable)]
    [InlineData("/tmp", LaunchStage.ProgramNotExecutable)]
    public async Task Program_ThatCannotBeRun_IsNamedWithItsStage(string program, LaunchStage stage)
    {
        Engine engine = Start();

        LaunchFailedException exception = await Assert.ThrowsAsync<LaunchFailedException>(() => engine.LaunchAsync(engine.Request(program)));

        Assert.Equal(stage, exception.Stage);
        Assert.Contains(Path.GetFileName(program), exception.Path, StringComparison.Ordinal);
        Assert.Contains(Path.GetFileName(program), exception.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task WorkingDirectory_ThatIsMissing_IsAnErrorOfItsOwn()
    {
        Engine engine = Start();

        LaunchFailedException exception = await Assert.ThrowsAsync<LaunchFailedException>(() =>
            engine.LaunchAsync(engine.Request("true") with { WorkingDirectory = Room.File("missing") }));

        Assert.Equal((LaunchStage.WorkingDirectory, Room.File("missing")), (exception.Stage, exception.Path));
    }

    [Theory(Timeout = Limit)]
    [InlineData("#!/no/such/interpreter\n")]
    [InlineData("\u007fELF and then nothing that a kernel would load")]
    public async Task Program_ThatTheKernelRefuses_LeavesARowThatSaysSo(string content)
    {
        Engine engine = Start();
        await File.WriteAllTextAsync(Room.File("broken"), content);
        StartHelper("chmod", "+x", Room.File("broken"));
        await Wait.UntilAsync("it is executable", () => OperatingSystem.IsLinux() && File.GetUnixFileMode(Room.File("broken")).HasFlag(UnixFileMode.UserExecute));

        LaunchFailedException exception = await Assert.ThrowsAsync<LaunchFailedException>(() => engine.LaunchAsync(engine.Request(Room.File("broken"))));

        Assert.Equal(LaunchStage.ProgramNotExecutable, exception.Stage);
        RunRecord row = Assert.Single(await engine.AllRowsAsync());
        Assert.Equal((RunState.LaunchFailed, EndProof.NeverStarted), (row.State, row.Proof));
        Assert.Contains("broken", row.Failure, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task Argument_WithANul_IsNamedByItsIndex()
    {
        Engine engine = Start();

        ArgumentException exception = await Assert.ThrowsAsync<ArgumentException>(() => engine.LaunchAsync(engine.Request("echo", "a", "b", "c\0d")));

        Assert.Contains("Argument 2", exception.Message, StringComparison.Ordinal);
        Assert.Empty(await engine.AllRowsAsync());
    }

    [Theory(Timeout = Limit)]
    [InlineData("A=B", "x")]
    [InlineData("", "x")]
    [InlineData("A\0B", "x")]
    [InlineData("A", "x\0y")]
    public async Task Environment_ThatNoProgramCanHave_IsRefused(string name, string value)
    {
        Engine engine = Start();
        LaunchRequest request = engine.Request("true") with { Environment = new Dictionary<string, string?> { [name] = value } };

        ArgumentException exception = await Assert.ThrowsAsync<ArgumentException>(() => engine.LaunchAsync(request));

        Assert.Contains("environment variable", exception.Message, StringComparison.Ordinal);
    }

    [Theory(Timeout = Limit)]
    [Trait("Scenario", "S77")]
    [InlineData("x.cmd")]
    [InlineData("X.BAT")]
    [InlineData("/tmp/x.bat. .")]
    public async Task BatchFile_IsRefused(string program)
    {
        Engine engine = Start();

        ArgumentException exception = await Assert.ThrowsAsync<ArgumentException>(() => engine.LaunchAsync(engine.Request(program)));

        Assert.Contains("batch file", exception.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S44")]
    public async Task RunId_InUse_IsRefusedWithItsState_AlsoWhenTheRunIsOver()
    {
        Engine engine = Start();
        RunId id = RunId.Parse("used:1");
        ITrackedProcess first = await engine.LaunchReadyAsync(engine.Program("stubborn") with { RunId = id });

        RunAlreadyRegisteredException running = await Assert.ThrowsAsync<RunAlreadyRegisteredException>(() => engine.LaunchAsync(engine.Request("true") with { RunId = id }));
        await engine.Kills.KillAsync(id, Engine.Emergency());
        RunAlreadyRegisteredException over = await Assert.ThrowsAsync<RunAlreadyRegisteredException>(() => engine.LaunchAsync(engine.Request("true") with { RunId = id }));

        Assert.True(running.State == RunState.Initializing || running.State == RunState.Running, running.State.Name);
        Assert.Equal(RunState.Killed, over.State);
        Assert.Contains("Killed", over.Message, StringComparison.Ordinal);
        Assert.Single(await engine.AllRowsAsync());
        await first.DisposeAsync();
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S44")]
    public async Task RunId_LaunchedTwiceAtOnce_IsOneRow()
    {
        Engine engine = Start();
        LaunchRequest request = engine.Request("sleep", "60") with { RunId = RunId.Parse("twice:1") };

        Task<ITrackedProcess>[] launches = [.. Enumerable.Range(0, 5).Select(_ => engine.LaunchAsync(request))];
        await Task.WhenAll(launches.Select(launch => launch.ContinueWith(_ => { }, TaskScheduler.Default)));

        _ = Assert.Single(launches, launch => launch.IsCompletedSuccessfully);
        Assert.Equal(4, launches.Count(launch => launch.Exception?.InnerException is RunAlreadyRegisteredException));
        Assert.Single(await engine.AllRowsAsync());
        await engine.Kills.KillAsync(request.RunId!.Value, Engine.Emergency());
    }

    [Theory]
    [InlineData("")]
    [InlineData(" a")]
    [InlineData("-a")]
    [InlineData("../a")]
    [InlineData("a/b")]
    [InlineData("a\n")]
    [InlineData("é")]
    public void RunId_OutsideItsRule_StatesTheRule(string text)
    {
        Assert.Contains("1 to 128 characters", Assert.Throws<FormatException>(() => RunId.Parse(text)).Message, StringComparison.Ordinal);
        Assert.Throws<FormatException>(() => RunId.Parse(new string('a', 129)));
    }

    [Fact(Timeout = Limit)]
    public async Task RunIds_ThatLookLikePaths_AreData()
    {
        Engine engine = Start();

        foreach (string text in new[] { "a..", "cgroup.procs", new string('x', 128) })
        {
            RunResult result = await engine.Launcher.RunAsync(engine.Shell("exit 0") with { RunId = RunId.Parse(text) });
            Assert.Equal(RunState.Exited, result.State);
        }
    }

    [Fact(Timeout = Limit)]
    public async Task Strength_BelowTheOneAskedFor_IsRefusedBeforeAnyRow()
    {
        Engine engine = Start(ContainmentStrength.Reaper);

        LaunchFailedException exception = await Assert.ThrowsAsync<LaunchFailedException>(() =>
            engine.LaunchAsync(engine.Request("true") with { MinimumStrength = ContainmentStrength.CgroupAndReaper }));

        Assert.Equal(LaunchStage.Containment, exception.Stage);
        Assert.Contains("Reaper", exception.Message, StringComparison.Ordinal);
        Assert.Empty(await engine.AllRowsAsync());
    }

    [Fact(Timeout = Limit)]
    public async Task RuntimeDirectory_TooLongForSockets_IsNamed()
    {
        Engine engine = Start(configure: options => options.RuntimeDirectory = Room.File(new string('d', 90)));

        LaunchFailedException exception = await Assert.ThrowsAsync<LaunchFailedException>(() => engine.LaunchAsync(engine.Request("true")));

        Assert.Contains("too long", exception.Message, StringComparison.Ordinal);
    }
}
