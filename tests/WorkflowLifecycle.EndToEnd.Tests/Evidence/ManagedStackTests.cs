using System.Diagnostics;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using WorkflowLifecycle.EndToEnd.Tests.Host;
using WorkflowLifecycle.ManagedStacks.Tracing;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Evidence;

/// <summary>What real .NET programs that hang are executing, and that they go on afterwards.</summary>
public sealed class ManagedStackTests : EndToEndTest
{
    private const string Nobody = "65534";
    private const string Waiting = "    WorkflowLifecycle.EndToEnd.Tests.Host.HangingProgram.WaitsForALock(System.Threading.Lock,System.String)";
    private const string Working = "    WorkflowLifecycle.EndToEnd.Tests.Host.HangingProgram.WorksForEver()";

    // The other programs of the tests have no port, so that none is left behind where they are killed.
    private const string WithPort = "DOTNET_EnableDiagnostics=1";

    // Agrees to a trace, closes it, and takes every later question without an answer.
    private const string Silent = """
        import os,socket,struct
        port=socket.socket(socket.AF_UNIX); port.bind(os.environ['TMPDIR']+'/dotnet-diagnostic-%d-1-socket'%os.getpid()); port.listen()
        print('ready',flush=True)
        asked,_=port.accept(); asked.recv(65536)
        asked.sendall(b'DOTNET_IPC_V1\0'+struct.pack('<HBBHQ',28,255,0,0,1)); asked.close()
        kept=[]
        while True: kept.append(port.accept())
        """;

    private static string Hang => $"env {WithPort} '{HelperProcess.HostProgram}' hang";

    private static KillRequest Asked => Engine.Graceful() with { CaptureEvidence = true };

    [Theory(Timeout = Limit)]
    [InlineData(ContainmentStrength.CgroupAndReaper)]
    [InlineData(ContainmentStrength.Reaper)]
    public async Task Kill_OfAProgramThatHangs_NamesTheMethodAndLetsItLeave(ContainmentStrength strength)
    {
        Engine engine = StartWithStacks(strength);
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Request("env", WithPort, HelperProcess.HostProgram, "hang"));

        KillReport report = await engine.Kills.KillAsync(process.RunId, Asked);

        RunEvidence evidence = Assert.Single(await engine.Evidence.ReadAsync(process.RunId));
        EvidenceReading stacks = Assert.Single(evidence.Sources);
        Assert.Equal(("managed-stacks", null), (stacks.Name, stacks.Problem));
        Assert.Matches($@"^{process.Identity.Pid} \S+: \.NET {Environment.Version.Major}\.\d+\.\d+, \d+ managed threads$", stacks.Lines[0]);
        Assert.Contains(Waiting, stacks.Lines);
        Assert.Contains(Working, stacks.Lines);
        Assert.Contains(stacks.Lines, line => line.EndsWith("HangingProgram.Run()", StringComparison.Ordinal));
        Assert.DoesNotContain("hunter2", string.Concat(stacks.Lines), StringComparison.Ordinal);
        Assert.Equal((KillOutcome.ExitedGracefully, 0), (report.Outcome, report.ExitCode));
        Assert.Contains("left", (await process.WaitForExitAsync()).StandardOutput, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task Take_OfTwoProgramsUnderAShell_ShowsBothAndNotTheShell()
    {
        // Each says where its port is by the directory that it has for temporary files.
        Engine engine = StartWithStacks();
        Directory.CreateDirectory(Room.File("tmp"));
        await using ITrackedProcess process = await engine.LaunchAsync(
            engine.Shell($"trap 'kill $first $second; wait; exit 0' TERM; {Hang} > first & first=$!; TMPDIR={Room.File("tmp")} {Hang} > second & second=$!; sleep 50 & wait"));
        await Wait.UntilAsync("both hang", () => new[] { "first", "second" }.All(HasSaidReady));

        IReadOnlyList<string> lines = Assert.Single((await engine.Evidence.TakeAsync(process.RunId))!.Sources).Lines;

        Assert.Equal(2, lines.Count(line => line == Waiting));
        Assert.Equal(2, lines.Count(line => !line.StartsWith(' ') && line.EndsWith(" managed threads", StringComparison.Ordinal)));
        Assert.Equal(2, lines.Count(line => !line.StartsWith(' ')));

        // Who is ended with SIGKILL leaves its port in the directory for temporary files.
        Assert.Equal(KillOutcome.ExitedGracefully, (await engine.Kills.KillAsync(process.RunId, Engine.Graceful())).Outcome);
    }

    [Fact(Timeout = Limit)]
    public async Task Take_OfAProgramThatIsStopped_SaysSoInTimeAndDoesItNoHarm()
    {
        Engine engine = StartWithStacks(ceiling: 1);
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Request("env", WithPort, HelperProcess.HostProgram, "hang"));
        Signals.Send("STOP", process.Identity.Pid);

        RunEvidence evidence = (await engine.Evidence.TakeAsync(process.RunId))!;

        Assert.InRange(evidence.DurationMs, 0, 1200);
        Assert.EndsWith(": did not answer in time: it is stopped, or busy, or too large a program", Assert.Single(Assert.Single(evidence.Sources).Lines), StringComparison.Ordinal);
        Signals.Send("CONT", process.Identity.Pid);
        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());
        Assert.Equal((KillOutcome.ExitedGracefully, 0), (report.Outcome, report.ExitCode));
    }

    [Fact(Timeout = Limit)]
    public async Task Capture_WhileSignalsRainDown_LosesNoneAndStopsNobody()
    {
        HelperProcess hanging = await StartHangingAsync();
        HelperProcess rain = StartHelper("/bin/sh", "-c", $"while kill -s WINCH {hanging.Pid} && kill -s CHLD {hanging.Pid}; do :; done 2>/dev/null");

        for (int round = 0; round < 5; round++)
        {
            Assert.Contains(Waiting, await CaptureAsync(hanging.Pid));
        }

        await rain.KillAsync();
        Assert.NotEqual('T', ProcessEntry.Read(hanging.Pid)!.State);
        Signals.Send("TERM", hanging.Pid);
        Assert.Equal(0, await hanging.WaitForExitAsync());
    }

    [Fact(Timeout = Limit)]
    public async Task Capture_OfOneThatExitsMeanwhile_SaysSo()
    {
        HelperProcess hanging = await StartHangingAsync();
        EvidenceContext context = StackReading.ContextFor(hanging.Pid);
        Queue<IReadOnlyList<ProcessSnapshot>> looks = new([context.ListProcesses(), []]);
        context = context with
        {
            Processes = looks.Dequeue,
            ThreadNames = _ =>
            {
                Signals.Send("KILL", hanging.Pid);
                return [".NET EventPipe"];
            },
        };

        Assert.Equal([$"{hanging.Pid} meant: exited meanwhile"], await StackReading.ReadAsync(context));
    }

    [Fact(Timeout = Limit)]
    public async Task Capture_OfOneThatOffersNoPort_SaysWhy()
    {
        HelperProcess hanging = await StartHangingAsync(port: "DOTNET_EnableDiagnostics=0");

        Assert.Contains("offers no diagnostics port", Assert.Single(await CaptureAsync(hanging.Pid)), StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task Capture_OfAnotherUsersProgram_SaysThatThereIsNoPermission()
    {
        Assert.SkipUnless(Environment.UserName == "root", "Becoming another user takes root.");
        string[] asNobody = ["--reuid", Nobody, "--regid", Nobody, "--clear-groups"];
        Assert.SkipUnless(await StartHelper("setpriv", [.. asNobody, "test", "-x", HelperProcess.HostProgram]).WaitForExitAsync() == 0, "The user nobody cannot reach the build output.");
        HelperProcess hanging = await StartHangingAsync();

        string said = await StartHelper("setpriv", [.. asNobody, "env", "TMPDIR=" + Room.File("tmp"), HelperProcess.HostProgram, "stacks", $"{hanging.Pid}"]).ReadAsync("stack");

        Assert.Equal($"{hanging.Pid} meant: no permission: its own user, and root, may ask it", said);
    }

    [Fact(Timeout = Limit)]
    public async Task Read_OfATraceThatWasSpoilt_IsRefusedAndNeverRunsAway()
    {
        HelperProcess hanging = await StartHangingAsync();
        using TraceBuffer trace = await ProcessTrace.TakeAsync(hanging.Pid, TimeProvider.System, CancellationToken.None);
        byte[] whole = trace.Bytes.ToArray();
        Assert.NotEmpty(TraceReader.Read(whole).Threads);
        long started = Stopwatch.GetTimestamp();
        for (int round = 0; round < 500; round++)
        {
            byte[] spoilt = whole[..(round % 2 == 0 ? whole.Length : RandomNumberGenerator.GetInt32(whole.Length))];
            for (int count = 0; count < 5 && spoilt.Length > 0; count++)
            {
                spoilt[RandomNumberGenerator.GetInt32(spoilt.Length)] = (byte)RandomNumberGenerator.GetInt32(256);
            }

            Exception? thrown = Record.Exception(() => TraceReader.Read(spoilt).Threads.Sum(thread => thread.Frames.Count));
            Assert.True(thrown is null or InvalidDataException, thrown?.ToString());
        }

        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 20);
    }

    [Fact(Timeout = Limit)]
    public async Task Capture_OfOneThatBreaksOffAndIsSilentThen_WaitsForNothing()
    {
        Directory.CreateDirectory(Room.File("tmp"));
        HelperProcess silent = StartHelper("env", "TMPDIR=" + Room.File("tmp"), "python3", "-c", Silent);
        await silent.ReadAsync("ready");
        long started = Stopwatch.GetTimestamp();

        string said = Assert.Single(await CaptureAsync(silent.Pid));

        // To the end of its time, which is 8.8 s, if the thread hung.
        Assert.Contains("cannot be read", said, StringComparison.Ordinal);
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 6);
    }

    private static Task<IReadOnlyList<string>> CaptureAsync(int pid) => StackReading.ReadAsync(StackReading.ContextFor(pid));

    private bool HasSaidReady(string file) => File.Exists(Room.File(file)) && File.ReadAllText(Room.File(file)).Contains("ready", StringComparison.Ordinal);

    private async Task<HelperProcess> StartHangingAsync(string port = WithPort)
    {
        Directory.CreateDirectory(Room.File("tmp"));
        HelperProcess hanging = StartHelper("env", port, "TMPDIR=" + Room.File("tmp"), HelperProcess.HostProgram, "hang");
        await hanging.ReadAsync("ready");
        return hanging;
    }

    // Longer than by default: what is tested is not how fast a busy machine is.
    private Engine StartWithStacks(ContainmentStrength strength = ContainmentStrength.CgroupAndReaper, double ceiling = 5) => Start(
        strength,
        options => options.EvidenceCeiling = TimeSpan.FromSeconds(ceiling),
        services => services.AddWorkflowLifecycle().AddManagedStacks());
}
