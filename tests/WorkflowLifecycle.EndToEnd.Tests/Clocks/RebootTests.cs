using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Clocks;

/// <summary>A machine that started again: another boot id, as the kernel shows it, and numbers that belong to others.</summary>
public sealed class RebootTests : EndToEndTest
{
    // $1 host program, $2 directory, $3 option. Who has the run's numbers after the reboot is played by the run itself: nobody may touch it.
    private const string Script = """
        launched=$("$1" launch "$2" run_reboot keep $3 -- perl "$4" 3 < /dev/null)
        root=$(echo "$launched" | cut -d ' ' -f 2)
        shim=$(cut -d ' ' -f 4 "/proc/$root/stat")
        echo 11111111-2222-3333-4444-555555555555 > boot
        mount --bind boot /proc/sys/kernel/random/boot_id
        "$1" recover "$2" run_reboot $3 < /dev/null
        "$1" kill "$2" run_reboot emergency $3 < /dev/null
        kill -s 0 "$root" && kill -s 0 "$shim" && [ "$(cut -d ' ' -f 3 "/proc/$root/stat")" = S ] && echo "untouched"
        """;

    [Theory(Timeout = Limit)]
    [InlineData("cgroup")]
    [InlineData("reaper")]
    [Trait("Scenario", "S03")]
    [Trait("Scenario", "S25")]
    public async Task Host_ThatStartsAfterAReboot_LosesTheRunAndSignalsNobody(string option)
    {
        Assert.SkipUnless(Environment.UserName == "root", "Only root may have a boot id of its own.");
        HelperProcess script = StartHelper(
            "unshare", "--pid", "--mount-proc", "--fork", "--kill-child", "sh", "-c", Script, "sh",
            HelperProcess.HostProgram, Room.Path, option, Path.Combine(AppContext.BaseDirectory, "programs", "stubborn.pl"));

        Assert.Equal("Lost BootEnded", await script.ReadAsync("row"));
        Assert.StartsWith("AlreadyExited", await script.ReadAsync("report"), StringComparison.Ordinal);
        Assert.Empty(await script.ReadAsync("untouched"));
        await script.WaitForExitAsync();

        Engine engine = Start();
        RunId id = RunId.Parse("run_reboot");
        RunRecord row = await engine.RowAsync(id);
        Assert.Equal((RunState.Lost, EndProof.BootEnded), (row.State, row.Proof));
        Assert.DoesNotContain(await engine.AuditAsync(id), entry => entry.Stage == "Signal");

        // The machine did not really start again, so its cgroups are still there.
        if (row.Containment!.CgroupPath is { } cgroup && Directory.Exists(cgroup))
        {
            await Wait.UntilAsync("its cgroup is empty", () => File.ReadAllText(Path.Combine(cgroup, "cgroup.events")).Contains("populated 0", StringComparison.Ordinal));
            Directory.Delete(cgroup);
        }

        await engine.Debts.RetryAsync(new DebtQuery(), WorkflowPrincipal.Host("test"));
        Assert.Empty(await engine.Debts.ListAsync(new DebtQuery()));

        // Swept beside the host's other work, once it has started; kept output stays.
        await Wait.UntilAsync("its directory is cleared", () => Directory.GetFiles(Path.Combine(Room.RuntimeDirectory, "r"), "run.json", SearchOption.AllDirectories).Length == 0);
    }
}
