using System.Globalization;
using System.Text.Json;
using WorkflowLifecycle.EndToEnd.Tests.Environments;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests;

/// <summary>A host that has nothing left when it is asked to end its run: an ordinary user's, as root is above most limits.</summary>
public abstract class SiegeTest : EndToEndTest
{
    // Nobody else's: what others do counts towards the limits of a user.
    private static readonly string _user = (61_000 + (Environment.ProcessId % 3000)).ToString(CultureInfo.InvariantCulture);

    // $1 the test's cgroup, $2 its room, $3 the user; the rest is executed.
    private const string Delegate = """
        cgroup=$1 room=$2 user=$3
        shift 3
        chown "$user:$user" "$room" "$cgroup" "$cgroup/cgroup.procs" "$cgroup/cgroup.subtree_control"
        echo $$ > "$cgroup/cgroup.procs"
        exec setpriv --reuid "$user" --regid "$user" --clear-groups "$@"
        """;

    internal static string[] Stubborn { get; } = ["perl", Path.Combine(AppContext.BaseDirectory, "programs", "stubborn.pl"), "3"];

    internal static string[] Polite { get; } = ["perl", Path.Combine(AppContext.BaseDirectory, "programs", "terminates.pl")];

    /// <summary>What executes a host that can use up its descriptors.</summary>
    internal static string[] NoDescriptors { get; } = ["prlimit", "--nofile=400:400"];

    /// <summary>Arguments of setpriv that make somebody the user of the besieged host.</summary>
    internal static string[] AsUser { get; } = ["--reuid", _user, "--regid", _user, "--clear-groups"];

    /// <summary>With this limit a process of an ordinary user starts no other, and no thread.</summary>
    internal static string NoThreads => "--nproc=1:1";

    internal static RunId Besieged { get; } = RunId.Parse("siege:1");

    internal static string Option(ContainmentStrength strength) => strength == ContainmentStrength.Reaper ? "reaper" : "cgroup";

    /// <summary>Ends the run of a host that has come so far.</summary>
    /// <param name="strength">How firmly the run is held.</param>
    /// <param name="through">What executes the host.</param>
    /// <param name="options">Of the host.</param>
    /// <param name="command">The run.</param>
    /// <param name="siege">What is done to the host when its run is ready.</param>
    internal async Task<KillReport> BesiegeAsync(
        ContainmentStrength strength, IReadOnlyList<string> through, IReadOnlyList<string> options, IReadOnlyList<string> command, Func<HelperProcess, Task>? siege = null)
    {
        await using TestCgroup cgroup = await RequireAsync();
        HelperProcess host = StartHost(cgroup, strength, through, options, command);
        Assert.Equal(strength.ToString(), await host.ReadAsync("ready"));
        if (siege is not null)
        {
            await siege(host);
        }

        await host.SayAsync("go");
        KillReport report = JsonSerializer.Deserialize<KillReport>(await host.ReadAsync("report"))!;
        IReadOnlyList<ProcessEntry> left = [.. ProcessEntry.StandingIn(Room.Path).Where(process => process.Pid != host.Pid && process.Name != "wl-shim")];
        Assert.Empty(left);
        Assert.StartsWith(StateAfter(report.Outcome).ToString(), await host.ReadAsync("ended"), StringComparison.Ordinal);
        Assert.Equal(0, await host.WaitForExitAsync());
        await Wait.UntilAsync("nobody is left of the test", () => cgroup.IsEmpty);
        return report;
    }

    /// <summary>The report is of this strength, proven and in time, and it is what the store has.</summary>
    internal async Task ProvesAsync(KillReport report, ContainmentStrength strength, KillOutcome outcome = KillOutcome.Killed)
    {
        Assert.Equal((outcome, strength), (report.Outcome, report.Strength));
        Assert.Equal(strength == ContainmentStrength.Reaper ? EndProof.ReaperEmpty : EndProof.CgroupAndReaperEmpty, report.Proof);
        Assert.InRange(report.DurationMs, 0, 5000);
        Assert.Empty(report.Survivors);
        Engine engine = Start();
        RunRecord row = await engine.RowAsync(Besieged);
        Assert.Equal((StateAfter(outcome), report.Proof), (row.State, row.Proof));
        KillRecord kill = (await engine.Store.FindKillAsync(report.KillId))!;
        Assert.Equal((KillState.Completed, report.Outcome), (kill.State, kill.Report!.Outcome));
        IReadOnlyList<AuditEntry> audit = await engine.AuditAsync(Besieged);
        Assert.Single(audit, entry => entry.Stage == "IntentWritten");
        Assert.Single(audit, entry => entry.Stage == "Completed");

        // What a host with nothing left could not free is owed, and whoever comes next frees it.
        await engine.Debts.RetryAsync(new DebtQuery(), WorkflowPrincipal.Host("test"));
        Assert.Empty(await engine.Debts.ListAsync(new DebtQuery()));
    }

    /// <summary>Sets limits of a process from outside, as its own user may.</summary>
    internal async Task LimitAsync(int pid, params IReadOnlyList<string> limits) =>
        Assert.Equal(0, await StartHelper("setpriv", [.. AsUser, "prlimit", "--pid", pid.ToString(CultureInfo.InvariantCulture), .. limits]).WaitForExitAsync());

    private HelperProcess StartHost(
        TestCgroup cgroup, ContainmentStrength strength, IReadOnlyList<string> through, IReadOnlyList<string> options, IReadOnlyList<string> command) => StartHelper(
        "/bin/sh",
        [
            "-euc", Delegate, "sh", cgroup.Path, Room.Path, _user, .. through,
            HelperProcess.HostProgram, "besiege", Room.Path, Besieged.Value, "capture", Option(strength), .. options, "--", .. command,
        ]);

    private static RunState StateAfter(KillOutcome outcome) => outcome == KillOutcome.ExitedGracefully ? RunState.Exited : RunState.Killed;

    private async Task<TestCgroup> RequireAsync()
    {
        Assert.SkipUnless(TestCgroup.CanBeMade, "Becoming another user with a cgroup takes root and cgroup v2.");
        int reached = await StartHelper("setpriv", [.. AsUser, "test", "-x", HelperProcess.HostProgram]).WaitForExitAsync();
        Assert.SkipUnless(reached == 0, "Another user cannot reach the build output.");
        return new TestCgroup();
    }
}
