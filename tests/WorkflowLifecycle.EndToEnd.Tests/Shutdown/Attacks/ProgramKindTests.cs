using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Shutdown.Attacks;

/// <summary>Programs that are hard to make stand still: each is told to leave while the whole tree does.</summary>
public sealed class ProgramKindTests : EndToEndTest
{
    private const string Told = "import os, signal, time\ndef leave(*_):\n    open('told-%d' % os.getpid(), 'w').close()\n    os._exit(0)\nsignal.signal(signal.SIGTERM, leave)\n";

    [Theory(Timeout = Limit)]
    [InlineData(1, "stopped")]
    [InlineData(3, "daemons")]
    [InlineData(0, "vfork")]
    [InlineData(2, "job-control")]
    public async Task Kill_AtAnyStrength_FindsTheSafePointAndTellsEverybody(int told, string kind)
    {
        foreach (ContainmentStrength strength in new[] { ContainmentStrength.CgroupAndReaper, ContainmentStrength.Reaper })
        {
            Engine engine = Start(strength);
            await using ITrackedProcess process = await engine.LaunchReadyAsync(RequestOf(engine, kind));

            KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());

            string[] files = Directory.GetFiles(Room.Path, "told-*");
            Assert.True(files.Length >= told, $"{strength}: {files.Length} were told\n" + Attack.Describe(report));
            Assert.True(report.Outcome == KillOutcome.ExitedGracefully, $"{strength}\n" + Attack.Describe(report));
            Assert.True(report.Steps.Any(step => step is { Name: "safe-point", Outcome: "the tree stood still" }), $"{strength}\n" + Attack.Describe(report));
            Array.ForEach(files, File.Delete);
        }
    }

    private static LaunchRequest RequestOf(Engine engine, string kind) => kind switch
    {
        "stopped" => engine.Request("python3", "-u", "-c", Told + "if os.fork() == 0:\n    os.kill(os.getpid(), signal.SIGSTOP)\n    time.sleep(600)\ntime.sleep(0.5)\nsignal.signal(signal.SIGTERM, signal.SIG_DFL)\nprint('ready')\ntime.sleep(600)"),
        "daemons" => engine.Request("python3", "-u", "-c", Told + "for i in range(2):\n    if os.fork() == 0:\n        os.setsid()\n        if os.fork(): os._exit(0)\n        while True:\n            if os.fork() == 0: os._exit(0)\n            os.wait(); time.sleep(0.001)\ntime.sleep(0.5)\nprint('ready')\nwhile True: time.sleep(1)"),
        "vfork" => engine.Request("perl", "-e", "$| = 1; for (1..3) { if (!fork) { while (1) { system('/bin/true') } } } print \"ready\\n\"; while (1) { system('/bin/sh', '-c', '/bin/true; /bin/true') }"),
        _ => engine.Request("bash", "-m", "-c", $"python3 -c \"{Told}\nwhile True: time.sleep(1)\" & python3 -c \"{Told}\nos.kill(os.getpid(), 19)\nwhile True: time.sleep(1)\" & sleep 1; echo ready; wait; wait"),
    };
}
