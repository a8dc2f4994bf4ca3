using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Killing;

/// <summary>Hosts in a PID namespace of their own, in which the next PID can be chosen.</summary>
public sealed class PidReuseTests : EndToEndTest
{
    // $1 host program, $2 directory, $3 option. The shim and the root program die unseen, and a stranger with a session of his own takes the root's PID.
    private const string Script = """
        launched=$("$1" launch "$2" run_reuse keep $3 -- sleep 60 < /dev/null)
        root=$(echo "$launched" | cut -d ' ' -f 2)
        shim=$(cut -d ' ' -f 4 "/proc/$root/stat")
        kill -s KILL "$shim"
        kill -s KILL "$root"
        while [ -d "/proc/$root" ] || [ -d "/proc/$shim" ]; do sleep 0.02; done
        mkfifo go pid
        echo $((root - 1)) > /proc/sys/kernel/ns_last_pid
        setsid sh -c 'sleep 60 & echo $! > pid; read line < go; sleep 60' &
        leader=$!
        read member < pid
        [ "$leader" = "$root" ] || { echo "missed: $leader is not $root"; exit 1; }
        "$1" kill "$2" run_reuse emergency $3
        kill -s 0 "$leader" && kill -s 0 "$member" && echo "stranger alive"
        """;

    [Theory(Timeout = Limit)]
    [Trait("Scenario", "S02")]
    [InlineData("reaper")]
    [InlineData("cgroup")]
    public async Task Kill_RootsPidTakenByAStranger_FindsTheRunGoneAndTheStrangerSurvives(string option)
    {
        if (Environment.UserName != "root")
        {
            Assert.Skip("Only root may give PIDs away.");
        }

        HelperProcess script = StartHelper(
            "unshare", "--pid", "--mount-proc", "--fork", "--kill-child", "sh", "-c", Script, "sh", HelperProcess.HostProgram, Room.Path, option);

        string report = await script.ReadAsync("report");
        Assert.StartsWith("AlreadyExited", report, StringComparison.Ordinal);
        Assert.Empty(await script.ReadAsync("stranger alive"));
        await script.WaitForExitAsync();

        // Sees the rows, so that what is left of the run is looked for.
        Start();
    }
}
