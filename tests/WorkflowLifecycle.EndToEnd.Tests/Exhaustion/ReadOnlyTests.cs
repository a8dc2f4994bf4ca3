using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Exhaustion;

/// <summary>File systems that take no write any more, as after an error of their disk.</summary>
public sealed class ReadOnlyTests : EndToEndTest
{
    // $1 host program, $2 directory, $3 program, $4 what cannot be written, the rest: of the host. A new mount over it has no writers that keep it.
    private const string Script = """
        host=$1 room=$2 program=$3 place=$4
        shift 4
        mkfifo go
        mkdir -p -m 700 "$place"
        "$host" besiege "$room" run_readonly capture "$@" -- perl "$program" 3 < go > said &
        exec 9> go
        while ! grep -q '^ready' said; do sleep 0.02; done
        mount --bind "$place" "$place"
        mount -o remount,bind,ro "$place"
        ! touch "$place/probe" 2> touched || exit 1
        echo go >&9
        exec 9>&-
        wait
        cat said
        umount "$place"
        """;

    [Theory(Timeout = Limit)]
    [InlineData("run", ContainmentStrength.CgroupAndReaper, "emergency")]
    [InlineData("run", ContainmentStrength.Reaper, "emergency")]
    [InlineData("run", ContainmentStrength.CgroupAndReaper, "grace=0.5")]
    [InlineData("run", ContainmentStrength.Reaper, "grace=0.5")]
    [InlineData("", ContainmentStrength.CgroupAndReaper, "emergency")]
    [InlineData("", ContainmentStrength.Reaper, "emergency")]
    [Trait("Scenario", "S28")]
    public async Task Kill_WhereNothingCanBeWritten_IsAsFirm(string place, ContainmentStrength strength, string how)
    {
        Assert.SkipUnless(Environment.UserName == "root", "A mount takes root.");
        HelperProcess script = StartHelper(
            "unshare", "--mount", "sh", "-c", Script, "sh",
            HelperProcess.HostProgram, Room.Path, Path.Combine(AppContext.BaseDirectory, "programs", "stubborn.pl"), Room.File(place).TrimEnd('/'), SiegeTest.Option(strength), how);

        KillReport report = System.Text.Json.JsonSerializer.Deserialize<KillReport>(await script.ReadAsync("report"))!;

        Assert.Equal((KillOutcome.Killed, strength), (report.Outcome, report.Strength));
        Assert.Equal(strength == ContainmentStrength.Reaper ? EndProof.ReaperEmpty : EndProof.CgroupAndReaperEmpty, report.Proof);
        Assert.InRange(report.DurationMs, 0, 5000);
        await script.WaitForExitAsync();
        Engine engine = Start();
        await engine.Debts.ListAsync(new DebtQuery());
        RunRecord row = await engine.RowAsync(RunId.Parse("run_readonly"));
        Assert.Equal((RunState.Killed, report.Proof), (row.State, row.Proof));
        await engine.Debts.RetryAsync(new DebtQuery(), WorkflowPrincipal.Host("test"));
        Assert.Empty(await engine.Debts.ListAsync(new DebtQuery()));
    }
}
