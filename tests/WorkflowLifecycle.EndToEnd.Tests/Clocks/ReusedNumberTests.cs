using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Clocks;

/// <summary>Numbers of a run that strangers have by now, whoever comes across them: a host, a host that starts, the command line.</summary>
public sealed class ReusedNumberTests : EndToEndTest
{
    // $1 host program, $2 directory, $3 option, $4 whose number is taken, the rest: what comes across it.
    private const string Script = """
        host=$1 room=$2 option=$3 taken=$4
        shift 4
        launched=$("$host" launch "$room" run_reuse keep $option -- sleep 60 < /dev/null)
        root=$(echo "$launched" | cut -d ' ' -f 2)
        shim=$(cut -d ' ' -f 4 "/proc/$root/stat")
        [ "$taken" = root ] && number=$root || number=$shim
        kill -s KILL "$shim"
        kill -s KILL "$root"
        while [ -d "/proc/$root" ] || [ -d "/proc/$shim" ]; do sleep 0.02; done
        mkfifo go pid
        echo $((number - 1)) > /proc/sys/kernel/ns_last_pid
        setsid sh -c 'sleep 60 & echo $! > pid; read line < go; sleep 60' &
        leader=$!
        read member < pid
        [ "$leader" = "$number" ] || { echo "missed: $leader is not $number"; exit 1; }
        "$@" < /dev/null > answer
        kill -s 0 "$leader" && kill -s 0 "$member" && [ "$(cut -d ' ' -f 3 "/proc/$leader/stat")" = S ] && echo "stranger alive"
        """;

    [Theory(Timeout = Limit)]
    [InlineData("reaper", "shim", "kill")]
    [InlineData("cgroup", "shim", "kill")]
    [InlineData("reaper", "root", "recover")]
    [InlineData("cgroup", "shim", "recover")]
    [InlineData("cgroup", "root", "tool")]
    [InlineData("reaper", "shim", "tool")]
    [Trait("Scenario", "S02")]
    public async Task Number_ThatAStrangerHasByNow_IsHisWhoeverComesAcrossIt(string option, string taken, string who)
    {
        Assert.SkipUnless(Environment.UserName == "root", "Only root may give PIDs away.");
        string[] command = who switch
        {
            "tool" =>
            [
                "env", "WORKFLOW_LIFECYCLE_RUNTIME_DIR=" + Room.RuntimeDirectory, Path.Combine(AppContext.BaseDirectory, "workflowctl"),
                "kill", "run_reuse", "--emergency", "--reason", "stuck in a test", "--store", Room.StoreFile,
            ],
            "kill" => [HelperProcess.HostProgram, "kill", Room.Path, "run_reuse", "emergency", option],
            _ => [HelperProcess.HostProgram, "recover", Room.Path, "run_reuse", option],
        };
        HelperProcess script = StartHelper(
            "unshare", ["--pid", "--mount-proc", "--fork", "--kill-child", "sh", "-c", Script, "sh", HelperProcess.HostProgram, Room.Path, option, taken, .. command]);

        Assert.Empty(await script.ReadAsync("stranger alive"));
        await script.WaitForExitAsync();

        RunRecord row = await Start().RowAsync(RunId.Parse("run_reuse"));
        Assert.True(row.State.IsFinal, $"{row.State}: {await File.ReadAllTextAsync(Room.File("answer"))}");
        Assert.Equal(option == "cgroup" ? EndProof.CgroupEmpty : EndProof.None, row.Proof);
    }
}
