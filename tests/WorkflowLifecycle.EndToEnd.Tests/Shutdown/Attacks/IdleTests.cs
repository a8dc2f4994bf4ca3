using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Shutdown.Attacks;

/// <summary>Runs in the middle of nothing that look as if they were: none of them is waited for.</summary>
public sealed class IdleTests : EndToEndTest
{
    [Theory(Timeout = Limit)]
    [InlineData("import fcntl; f = open('app.pid', 'w'); fcntl.lockf(f, fcntl.LOCK_EX)")]
    [InlineData("import fcntl; f = open('app.lock', 'w'); fcntl.flock(f, fcntl.LOCK_EX)")]
    [InlineData("import sqlite3; f = sqlite3.connect('a.db'); f.execute('pragma journal_mode=wal'); f.execute('create table t(x)'); f.commit(); f.execute('select * from t').fetchall()")]
    [InlineData("import sqlite3; f = sqlite3.connect('a.db'); f.execute('create table t(x)'); f.commit(); f.execute('begin'); f.execute('select * from t').fetchall()")]
    [InlineData("import mmap; f = open('m', 'w+b'); f.truncate(4096); m = mmap.mmap(f.fileno(), 4096); m[0] = 1; import time; time.sleep(1)")]
    [InlineData("import os; os.mkdir('.git'); os.mkdir('.git/objects'); os.mkdir('.git/refs'); open('.git/HEAD', 'w').close(); open('.git/index.lock', 'w').close()")]
    [InlineData("import subprocess; subprocess.run(['git', 'init', '-q', '.']); subprocess.Popen(['git', 'cat-file', '--batch'], stdin=subprocess.PIPE); subprocess.Popen(['git', 'daemon', '--base-path=.', '--port=29419', '--listen=127.0.0.1'])")]
    [InlineData("import subprocess; subprocess.run(['git', 'init', '-q', '.']); subprocess.run(['git', 'fsmonitor--daemon', 'start']); subprocess.Popen(['git', 'log', '--all'])")]
    [InlineData("import os; f = open(os.environ['WORKFLOW_LIFECYCLE_CRITICAL'] + '/git', 'a'); import fcntl; fcntl.lockf(f, fcntl.LOCK_EX)")]
    public async Task Kill_OfARunThatIsInTheMiddleOfNothing_WaitsForNothing(string idle)
    {
        Engine engine = Start();
        LaunchRequest request = engine.Request("python3", "-u", "-c", $"{idle}\nimport time\ntime.sleep(0.5)\nprint('ready')\ntime.sleep(600)");
        await using ITrackedProcess process = await engine.LaunchReadyAsync(request);

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());

        Assert.True(report.Phases.Where(phase => phase.Stage == ShutdownStage.Quiesce).All(phase => phase.Outcome == PhaseOutcome.NothingInFlight), Attack.Describe(report));
        Assert.True(report.Outcome == KillOutcome.ExitedGracefully, Attack.Describe(report));
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_OfARunThatWritesToOurOwnFilesAndOutsideAllTheTime_WaitsForNothing()
    {
        string outside = Path.Combine(Path.GetTempPath(), "wfl-" + Guid.NewGuid().ToString("N"));
        try
        {
            Engine engine = Start();
            LaunchRequest request = engine.Shell($"exec 3> {outside}; while :; do echo x; echo x >&2; echo x >&3; sleep 0.01; done") with { Output = OutputMode.Files };
            await using ITrackedProcess process = await engine.LaunchAsync(request);
            await Wait.UntilAsync("it writes", () => File.Exists(outside) && new FileInfo(outside).Length > 100);

            KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());

            Assert.True(report.Phases.Where(phase => phase.Stage == ShutdownStage.Quiesce).All(phase => phase.Outcome == PhaseOutcome.NothingInFlight), Attack.Describe(report));
        }
        finally
        {
            File.Delete(outside);
        }
    }
}
