using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Hardening;

/// <summary>Real escapes: they succeed without the hardening, as the report says, and fail with it.</summary>
public sealed class ClosedExitTests : EndToEndTest
{
    private const string KillsTheShim = "killing the shim";
    private const string EntersANamespace = "foreign PID namespace";
    private const string ThroughAFile = "mounted as a file";

    [Theory(Timeout = Limit)]
    [InlineData(WorkflowLifecycle.Hardening.None, ContainmentStrength.CgroupAndReaper, true)]
    [InlineData(WorkflowLifecycle.Hardening.None, ContainmentStrength.Reaper, true)]
    [InlineData(WorkflowLifecycle.Hardening.NoNewPrivileges, ContainmentStrength.CgroupAndReaper, true)]
    [InlineData(WorkflowLifecycle.Hardening.Landlock, ContainmentStrength.CgroupAndReaper, false)]
    [InlineData(WorkflowLifecycle.Hardening.Landlock, ContainmentStrength.Reaper, false)]
    [InlineData(WorkflowLifecycle.Hardening.PidNamespace, ContainmentStrength.CgroupAndReaper, false)]
    [InlineData(WorkflowLifecycle.Hardening.PidNamespace, ContainmentStrength.Reaper, false)]
    public async Task Root_ThatLeavesItsCgroupAndKillsItsShim_EscapesOnlyWhereThatIsListed(
        WorkflowLifecycle.Hardening hardening, ContainmentStrength strength, bool escapes)
    {
        Assert.SkipUnless(Environment.UserName == "root", "Leaving the cgroup takes root.");
        Engine engine = Start(strength);
        string elsewhere = strength == ContainmentStrength.Reaper ? string.Empty : MakeCgroup();
        try
        {
            await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("escapes", elsewhere) with { Hardening = hardening });
            RunRecord row = await engine.RowAsync(process.RunId);
            Assert.Equal(escapes, row.Containment!.OpenExits.Any(exit => exit.Contains(KillsTheShim, StringComparison.Ordinal)));

            KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Emergency());

            IReadOnlyList<ProcessEntry> left = ProcessEntry.StandingIn(Room.Path);
            Assert.Equal(escapes, left.Count > 0);
            Assert.Equal(!escapes, report.Outcome == KillOutcome.Killed && report.Strength == strength);
            foreach (ProcessEntry escaped in left)
            {
                Signals.Send("KILL", escaped.Pid);
            }
        }
        finally
        {
            await RemoveCgroupAsync(elsewhere);
        }
    }

    [Theory(Timeout = Limit)]
    [InlineData(WorkflowLifecycle.Hardening.None, ContainmentStrength.Reaper, false, true)]
    [InlineData(WorkflowLifecycle.Hardening.Landlock, ContainmentStrength.Reaper, false, false)]
    [InlineData(WorkflowLifecycle.Hardening.Landlock, ContainmentStrength.Reaper, true, true)]
    [InlineData(WorkflowLifecycle.Hardening.Landlock, ContainmentStrength.CgroupAndReaper, true, false)]
    [InlineData(WorkflowLifecycle.Hardening.PidNamespace, ContainmentStrength.Reaper, false, false)]
    [InlineData(WorkflowLifecycle.Hardening.PidNamespace, ContainmentStrength.Reaper, true, false)]
    [Trait("Scenario", "S29")]
    public async Task Root_ThatEntersAForeignNamespaceAndForksTwice_EscapesOnlyWhereThatIsListed(
        WorkflowLifecycle.Hardening hardening, ContainmentStrength strength, bool throughAFile, bool escapes)
    {
        Assert.SkipUnless(Environment.UserName == "root", "Entering a namespace takes root.");
        HelperProcess foreign = StartHelper("unshare", "--pid", "--fork", "--kill-child", "sh", "-c", "echo up; exec sleep 50");
        await foreign.ReadAsync("up");
        string other = $"/proc/{ChildOf(foreign.Pid)}/ns/pid";
        string name = throughAFile ? Room.File("namespace") : other;
        if (throughAFile)
        {
            await File.WriteAllTextAsync(name, string.Empty);
            await ShellAsync($"mount --bind {other} {name}");
        }

        try
        {
            Engine engine = Start(strength);
            RunResult result = await engine.Launcher.RunAsync(
                engine.Shell($"nsenter --pid={name} sh -c 'sleep 51 > /dev/null 2>&1 & sleep 0.2' && echo entered") with { Hardening = hardening });

            List<ProcessEntry> left = [.. ProcessEntry.StandingIn(Room.Path).Where(entry => entry.CommandLine.StartsWith("sleep 51", StringComparison.Ordinal))];
            Assert.Equal(escapes, left.Count > 0);
            RunRecord row = await engine.RowAsync(result.RunId);
            Assert.Equal(escapes, row.Containment!.OpenExits.Any(exit => exit.Contains(EntersANamespace, StringComparison.Ordinal) && (throughAFile || !exit.Contains(ThroughAFile, StringComparison.Ordinal))));
            left.ForEach(entry => Signals.Send("KILL", entry.Pid));
        }
        finally
        {
            if (throughAFile)
            {
                await ShellAsync($"umount {name}");
            }
        }
    }

    [Theory(Timeout = Limit)]
    [InlineData(WorkflowLifecycle.Hardening.None, true)]
    [InlineData(WorkflowLifecycle.Hardening.Landlock, false)]
    [InlineData(WorkflowLifecycle.Hardening.PidNamespace, false)]
    [InlineData(WorkflowLifecycle.Hardening.Landlock | WorkflowLifecycle.Hardening.PidNamespace, false)]
    public async Task Program_ThatDeletesTheShimsSocket_SucceedsOnlyWithoutHardening(WorkflowLifecycle.Hardening hardening, bool deletes)
    {
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchReadyAsync(
            engine.Shell($"rm -f {Room.RuntimeDirectory}/r/*/ctl {Room.RuntimeDirectory}/r/*/kill.lock; echo ready; exec sleep 50") with { Hardening = hardening });
        RunRecord row = await engine.RowAsync(process.RunId);

        Assert.Equal(!deletes, Path.Exists(Path.Combine(row.Containment!.RunDirectory, "ctl")));
        Assert.Equal(!deletes, Path.Exists(Path.Combine(row.Containment.RunDirectory, "kill.lock")));
        await engine.Kills.KillAsync(process.RunId, Engine.Emergency());
    }

    private static int ChildOf(int pid) =>
        int.Parse(File.ReadAllText($"/proc/{pid}/task/{pid}/children").Trim(), System.Globalization.CultureInfo.InvariantCulture);

    private static string MakeCgroup()
    {
        string mount = File.ReadLines("/proc/self/mountinfo").Select(line => line.Split(' ')).First(fields => fields.Contains("cgroup2"))[4];
        return Directory.CreateDirectory(Path.Combine(mount, "elsewhere-" + Guid.NewGuid().ToString("N"))).FullName;
    }

    private static async Task RemoveCgroupAsync(string cgroup)
    {
        if (cgroup.Length > 0)
        {
            await Wait.UntilAsync("the other cgroup is empty", () => File.ReadAllText(Path.Combine(cgroup, "cgroup.procs")).Length == 0);
            Directory.Delete(cgroup);
        }
    }

    private async Task ShellAsync(string script) => Assert.Equal(0, await StartHelper("/bin/sh", "-c", script).WaitForExitAsync());
}
