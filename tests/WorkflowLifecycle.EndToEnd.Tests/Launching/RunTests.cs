using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Launching;

/// <summary>What a program is given, and what comes back.</summary>
public sealed class RunTests : EndToEndTest
{
    [Theory(Timeout = Limit)]
    [InlineData(ContainmentStrength.CgroupAndReaper)]
    [InlineData(ContainmentStrength.Reaper)]
    public async Task I_can_run_a_program_and_get_its_result(ContainmentStrength strength)
    {
        Engine engine = Start(strength);

        RunResult result = await engine.Launcher.RunAsync(engine.Shell("echo out; echo err >&2; exit 3"));

        Assert.Equal((RunState.Exited, 3, null), (result.State, result.ExitCode, result.ExitSignal));
        Assert.Equal(("out\n", "err\n"), (result.StandardOutput, result.StandardError));
        Assert.Equal(strength == ContainmentStrength.Reaper ? EndProof.ReaperEmpty : EndProof.CgroupAndReaperEmpty, result.Proof);
        Assert.False(result.OutputTruncated);
        Assert.Null(result.KillId);
        RunRecord row = await engine.RowAsync(result.RunId);
        Assert.Equal((RunState.Exited, 3, strength), (row.State, row.ExitCode, row.Containment!.Strength));
        Assert.NotNull(row.EndedAt);
    }

    [Fact(Timeout = Limit)]
    public async Task I_can_run_a_program_over_the_store_in_memory()
    {
        Engine engine = Start(inMemory: true);

        RunResult result = await engine.Launcher.RunAsync(engine.Shell("kill -9 $$"));

        Assert.Equal((RunState.Exited, null, 9), (result.State, result.ExitCode, result.ExitSignal));
        Assert.Equal(RunState.Exited, (await engine.RowAsync(result.RunId)).State);
    }

    [Fact(Timeout = Limit)]
    public async Task Environment_OfTheProgram_HasTheRunAndTheChanges()
    {
        Engine engine = Start();
        LaunchRequest request = engine.Request("/usr/bin/env") with
        {
            RunId = RunId.Parse("env:1"),
            Environment = new Dictionary<string, string?> { ["ADDED"] = "a b=c", ["HOME"] = null, ["EMPTY"] = string.Empty, ["LINES2"] = "x\ny" },
        };

        RunResult result = await engine.Launcher.RunAsync(request);

        string[] lines = result.StandardOutput.Split('\n');
        Assert.Contains("WORKFLOW_LIFECYCLE_RUN_ID=env:1", lines);
        Assert.Contains("ADDED=a b=c", lines);
        Assert.Contains("EMPTY=", lines);
        Assert.DoesNotContain(lines, line => line.StartsWith("HOME=", StringComparison.Ordinal));
        Assert.Contains("LINES2=x\ny\n", result.StandardOutput, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task Input_ByDefault_IsEmpty()
    {
        Engine engine = Start();

        Assert.Equal(0, (await engine.Launcher.RunAsync(engine.Request("cat"))).ExitCode);
    }

    [Fact(Timeout = Limit)]
    public async Task Input_FromAFile_IsThatFile()
    {
        Engine engine = Start();
        await File.WriteAllTextAsync(Room.File("in"), "from a file");

        RunResult result = await engine.Launcher.RunAsync(engine.Request("cat") with { Input = InputMode.File, InputFile = Room.File("in") });

        Assert.StartsWith("from a file", result.StandardOutput, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task Input_FromAPipe_EndsWhenItIsClosed()
    {
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchAsync(engine.Request("cat") with { Input = InputMode.Pipe });

        await process.StandardInput.WriteAsync("from a pipe\n"u8.ToArray());
        await process.StandardInput.DisposeAsync();

        Assert.Equal("from a pipe\n", (await process.WaitForExitAsync()).StandardOutput);
    }

    [Fact(Timeout = Limit)]
    public async Task Shim_InAListOfProcesses_ShowsTheRun()
    {
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchAsync(engine.Request("sleep", "60"));
        RunRecord row = await engine.RowAsync(process.RunId);

        Assert.Contains(process.RunId.Value, ProcessEntry.Read(row.Containment!.Shim!.Pid)!.CommandLine, StringComparison.Ordinal);
        Assert.Equal(row.Containment.Shim.Pid, ProcessEntry.Read(process.Identity.Pid)!.ParentPid);
        await engine.Kills.KillAsync(process.RunId, Engine.Emergency());
    }

    [Fact(Timeout = Limit)]
    public async Task Arguments_OnRecord_HaveNoSecret()
    {
        Engine engine = Start();

        RunResult result = await engine.Launcher.RunAsync(engine.Request("/bin/echo", "--token", "hunter2-canary", "https://me:canary-pw@host/"));

        Assert.Contains("hunter2-canary", result.StandardOutput, StringComparison.Ordinal);
        RunRecord row = await engine.RowAsync(result.RunId);
        Assert.DoesNotContain(row.Arguments, argument => argument.Contains("canary", StringComparison.Ordinal));
    }

    [Fact(Timeout = Limit)]
    public async Task Leftovers_OfARootThatLeft_AreEndedAndCounted()
    {
        Engine engine = Start(configure: options => options.LeftoverGrace = TimeSpan.FromMilliseconds(200));

        RunResult result = await engine.Launcher.RunAsync(engine.Program("hides", "orphan", "setsid", "stubborn", "leave"));

        Assert.Equal((RunState.Exited, 3), (result.State, result.ExitCode));
        Assert.Equal(1, result.Leftovers);
    }

    [Fact(Timeout = Limit)]
    public async Task Launches_OneAfterAnother_LeaveNoDescriptorAndNoThread()
    {
        Engine engine = Start();
        await engine.Launcher.RunAsync(engine.Shell("exit 0"));
        int descriptors = Directory.GetFiles("/proc/self/fd").Length;
        int threads = Directory.GetDirectories("/proc/self/task").Length;

        for (int i = 0; i < 30; i++)
        {
            await using ITrackedProcess process = await engine.LaunchAsync(engine.Request("sleep", "60"));
            await engine.Kills.KillAsync(process.RunId, Engine.Emergency());
            await process.WaitForExitAsync();
        }

        await Wait.TryUntilAsync(() => Directory.GetFiles("/proc/self/fd").Length <= descriptors + 5, TimeSpan.FromSeconds(5));
        Assert.InRange(Directory.GetFiles("/proc/self/fd").Length, 0, descriptors + 5);
        Assert.InRange(Directory.GetDirectories("/proc/self/task").Length, 0, threads + 25);
        Assert.DoesNotContain(ProcessEntry.All(), entry => entry.ParentPid == Environment.ProcessId && entry.IsZombie);
    }
}
