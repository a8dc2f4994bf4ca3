using System.Diagnostics;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Signs;

/// <summary>The notify protocol as clients speak it that were written for systemd.</summary>
public sealed class NotifyClientTests : EndToEndTest
{
    private const string SystemdNotify = "/usr/bin/systemd-notify";
    private const string Python = "/usr/bin/python3";

    // The client waits up to 5 s for its barrier, a descriptor that has to be closed.
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(3);

    private static bool IsInCi => Environment.GetEnvironmentVariable("CI") is not null;

    private static void Require(bool isThere, string what) => Assert.SkipUnless(isThere || IsInCi, what + " is not installed.");

    private static bool HasPythonClient()
    {
        if (!File.Exists(Python))
        {
            return false;
        }

        using Process python = Process.Start(new ProcessStartInfo(Python, ["-c", "import sdnotify"]) { RedirectStandardError = true })!;
        python.WaitForExit();
        return python.ExitCode == 0;
    }

    private static Task UntilAsync(Engine engine, ITrackedProcess process, Func<RunRecord, bool> condition) =>
        Wait.UntilAsync("the row says so", async () => condition(await engine.RowAsync(process.RunId)));

    [Theory(Timeout = Limit)]
    [InlineData("", ContainmentStrength.CgroupAndReaper)]
    [InlineData("", ContainmentStrength.Reaper)]
    [InlineData("--pid", ContainmentStrength.CgroupAndReaper)]
    [InlineData("--pid=1", ContainmentStrength.CgroupAndReaper)]
    public async Task SystemdNotify_WorksUnchanged_AndReturnsAtOnce(string pid, ContainmentStrength strength)
    {
        Require(File.Exists(SystemdNotify), "systemd-notify");
        Engine engine = Start(strength);
        await using ITrackedProcess process = await engine.LaunchAsync(
            engine.Shell($"began=$(date +%s%N); {SystemdNotify} --ready --status='loaded 3 of 3' {pid}; echo \"$? $((($(date +%s%N) - began) / 1000000))\"; exec sleep 60") with
            {
                Readiness = Readiness.Notify(),
            });

        await UntilAsync(engine, process, row => row is { Status: "loaded 3 of 3", ReadyAt: not null } && row.State == RunState.Running);

        OutputLine line = await process.ReadOutputLinesAsync().FirstAsync();
        string[] words = line.Text.Split(' ');
        Assert.Equal("0", words[0]);
        Assert.True(TimeSpan.FromMilliseconds(long.Parse(words[1], System.Globalization.CultureInfo.InvariantCulture)) < AtOnce, $"systemd-notify took {words[1]} ms: its barrier was not closed.");
        int logged = engine.Logs.Entries.Count(entry => entry.Id == 340);
        Assert.Equal(pid.Length > 0, logged == 1);
        await engine.Kills.KillAsync(process.RunId, Engine.Emergency());
    }

    [Fact(Timeout = Limit)]
    public async Task SystemdNotify_Stopping_IsTheStatusAndAnEvent()
    {
        Require(File.Exists(SystemdNotify), "systemd-notify");
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchAsync(engine.Shell($"{SystemdNotify} STOPPING=1 'STATUS=2 requests left'; exec sleep 60"));

        await UntilAsync(engine, process, row => row.Status == "2 requests left");

        RunEvent told = Assert.Single(await engine.Store.ReadEventsAsync(default, 1000), one => one.Kind == "run.stopping");
        Assert.Equal((process.RunId, "2 requests left"), (told.RunId, told.Message));
        await engine.Kills.KillAsync(process.RunId, Engine.Emergency());
    }

    [Fact(Timeout = Limit)]
    public async Task PythonClient_OfSomebodyElse_IsUnderstood()
    {
        Require(HasPythonClient(), "python3-sdnotify");
        const string program = """
            import sdnotify, time
            notifier = sdnotify.SystemdNotifier(debug=True)
            notifier.notify("STATUS=Loading é models")
            time.sleep(0.3)
            notifier.notify("READY=1")
            for i in range(3):
                notifier.notify("STATUS=Count is {}".format(i))
                notifier.notify("WATCHDOG=1")
            time.sleep(60)
            """;
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchAsync(engine.Request(Python, "-c", program) with { Readiness = Readiness.Notify() });

        // It writes Latin-1, which the protocol does not know.
        await UntilAsync(engine, process, row => row.Status == "Loading \uFFFD models");
        await UntilAsync(engine, process, row => row is { Status: "Count is 2", ReadyAt: not null } && row.State == RunState.Running);
        await engine.Kills.KillAsync(process.RunId, Engine.Emergency());
    }

    [Theory(Timeout = Limit)]
    [InlineData(WorkflowLifecycle.Hardening.PidNamespace)]
    [InlineData(WorkflowLifecycle.Hardening.PidNamespace | WorkflowLifecycle.Hardening.Landlock | WorkflowLifecycle.Hardening.NoNewPrivileges)]
    public async Task SystemdNotify_WhereTheRunDirectoryIsHidden_IsHeard(WorkflowLifecycle.Hardening hardening)
    {
        Require(File.Exists(SystemdNotify), "systemd-notify");
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchAsync(
            engine.Shell($"{SystemdNotify} --ready --status=hidden; exec sleep 60") with { Readiness = Readiness.Notify(), Hardening = hardening });

        await UntilAsync(engine, process, row => row.Status == "hidden" && row.State == RunState.Running);
        await engine.Kills.KillAsync(process.RunId, Engine.Emergency());
    }
}
