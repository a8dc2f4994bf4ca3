using System.Globalization;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.HostDeath;

/// <summary>A host that dies by SIGKILL takes its trees with it, at once and with nobody starting anything; the next one finds out how.</summary>
[Trait("Scenario", "S23")]
public sealed class DeadManSwitchTests : EndToEndTest
{
    private static readonly RunId _id = RunId.Parse("switch:1");

    // Asserted far above what is measured: a machine that builds beside it is slow. What it took is printed.
    private static readonly TimeSpan _ceiling = TimeSpan.FromSeconds(5);

    [Theory(Timeout = Limit)]
    [InlineData("cgroup")]
    [InlineData("reaper")]
    public async Task Tree_ThatHoldsThePipesOfItsHost_IsGoneWithIt(string how)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "programs", "clings.pl");
        HelperProcess host = StartHost("launch", _id.Value, how, "capture", "--", "perl", program);
        int root = int.Parse((await host.ReadAsync("launched")).Split(' ')[0], CultureInfo.InvariantCulture);
        await Wait.UntilAsync("it holds the pipes", () => File.Exists(Room.File("ready")));
        Assert.InRange(int.Parse(await File.ReadAllTextAsync(Room.File("ready")), CultureInfo.InvariantCulture), 3, int.MaxValue);
        int[] tree = [.. ProcessEntry.StandingIn(Room.Path).Where(process => process.Name == "perl").Select(process => process.Pid)];
        Assert.Equal(3, tree.Length);

        long killed = TimeProvider.System.GetTimestamp();
        Task dying = host.KillAsync();
        while (tree.Any(ProcessEntry.IsAlive) && TimeProvider.System.GetElapsedTime(killed) < _ceiling)
        {
            await Task.Yield();
        }

        TimeSpan took = TimeProvider.System.GetElapsedTime(killed);
        await dying;
        TestContext.Current.TestOutputHelper?.WriteLine($"{how}: from kill -9 of the host to the end of its tree: {took.TotalMilliseconds:0.0} ms");
        Assert.True(took < _ceiling);
        Assert.False(ProcessEntry.IsAlive(root));
        await AssertOnRecordAsync(how, host.Pid);
    }

    private async Task AssertOnRecordAsync(string how, int hostPid)
    {
        Engine engine = Start();
        await Wait.UntilAsync("its end is on record", async () => (await engine.RowAsync(_id)).State.IsFinal);
        RunRecord row = await engine.RowAsync(_id);
        Assert.Equal((RunState.Killed, how == "reaper" ? EndProof.ReaperEmpty : EndProof.CgroupAndReaperEmpty, 9), (row.State, row.Proof, row.ExitSignal));
        IReadOnlyList<AuditEntry> audit = await engine.AuditAsync(_id);
        AuditEntry launch = Assert.Single(audit, entry => entry.Stage == "Launch");
        AuditEntry noticed = Assert.Single(audit, entry => entry.Stage == "HostExit");
        Assert.Equal(("system:host-exit", "OnHostExit=Kill", row.LaunchedBy, hostPid.ToString(CultureInfo.InvariantCulture)),
            (noticed.Actor, noticed.Details["intent"], noticed.Details["committedBy"], noticed.Details["host"]));
        Assert.Equal("Kill", launch.Details["onHostExit"]);
        AuditEntry proven = Assert.Single(audit, entry => entry.Stage == "ProvenDead");
        Assert.Equal(("system:host-exit", "0", row.Proof.ToString()), (proven.Actor, proven.Details["survivors"], proven.Details["proof"]));
        Assert.Equal("SIGKILL", Assert.Single(audit, entry => entry.Stage == "Signal").Details["signal"]);
        Assert.Equal("system:host-exit", Assert.Single(audit, entry => entry.Stage == "Exited").Actor);
        TestContext.Current.TestOutputHelper?.WriteLine($"{how}: by the journal of its shim: {(proven.At - noticed.At).TotalMilliseconds:0.0} ms");

        // By the shim's own clock, read when it acted and not when somebody looked.
        Assert.InRange((proven.At - noticed.At).TotalSeconds, 0, _ceiling.TotalSeconds);
        Assert.True(proven.At <= row.EndedAt!.Value);
        RunReceipt receipt = (await engine.Registry.FindReceiptAsync(_id))!;
        Assert.Contains(receipt.Cleanup, line => line.Cleaner == "shim");
        Assert.All(receipt.Cleanup, line => Assert.Empty(line.Remaining));
    }
}
