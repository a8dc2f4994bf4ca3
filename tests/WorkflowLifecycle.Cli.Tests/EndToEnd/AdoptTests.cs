using System.Text.Json;

namespace WorkflowLifecycle.Cli.Tests.EndToEnd;

public sealed class AdoptTests : ToolRoom
{
    private string _stray = string.Empty;

    private string Marked => "stray-of-" + Path.GetFileName(Room);

    [Fact(Timeout = Limit)]
    public async Task I_can_find_adopt_look_at_and_kill_what_nobody_tracked()
    {
        await StrayAsync("trap \"\" TERM; sleep 300 & setsid sleep 300 & while :; do sleep 0.1; done");
        ToolResult shown = await RunAsync("find", "--match", Marked);
        string token = await TokenAsync();
        Assert.Contains($"workflowctl adopt {token} --reason why", shown.Out, StringComparison.Ordinal);
        Assert.Contains("(descendant)", shown.Out, StringComparison.Ordinal);

        ToolResult adopted = await RunAsync("adopt", token, "--workflow", "builder", "--reason", "nobody tracked it", "--yes");

        Assert.True(adopted.ExitCode == 0, adopted.Error);
        string id = adopted.Out.Trim();
        JsonElement run = Assert.Single((await JsonAsync("ps")).EnumerateArray());
        Assert.Equal((id, "builder", "Running", "CgroupOnly"), (Text(run, "runId"), Text(run, "workflow"), Text(run, "state"), Text(run, "strength")));
        Assert.InRange((await JsonAsync("tree", id)).GetProperty("processes").GetArrayLength(), 3, 5);
        JsonElement found = Assert.Single((await JsonAsync("find", "--match", Marked)).EnumerateArray());
        Assert.Equal(id, Text(found, "runId"));
        Assert.Equal(4, (await RunAsync("adopt", token, "--reason", "once more", "--yes")).ExitCode);

        JsonElement receipt = await JsonAsync("kill", id, "--grace", "0.3", "--reason", "the test is over");

        Assert.Equal(("Killed", "CgroupEmpty", "CgroupOnly"), (Text(receipt, "outcome"), Text(receipt, "proof"), Text(receipt, "strength")));
        Assert.Contains("exit code unknown", (await RunAsync("show", id)).Out, StringComparison.Ordinal);
        Assert.Contains("Adopted", (await RunAsync("audit", id)).Out, StringComparison.Ordinal);
        ToolResult gone = await RunAsync("adopt", token, "--reason", "too late", "--yes");
        Assert.Equal(3, gone.ExitCode);
    }

    [Fact(Timeout = Limit)]
    public async Task I_can_wait_for_the_end_of_what_I_adopted()
    {
        await StrayAsync("sleep 5; exit 7");
        string id = (await RunAsync("adopt", await TokenAsync(), "--reason", "nobody tracked it", "--yes")).Out.Trim();

        ToolResult waited = await RunAsync("wait", id);

        Assert.Contains("Exited", waited.Out, StringComparison.Ordinal);
        Assert.Contains("exit code unknown, proven by CgroupEmpty", waited.Out, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task I_can_look_first_and_nothing_is_touched()
    {
        await StrayAsync("sleep 300");
        string token = await TokenAsync();

        ToolResult looked = await RunAsync("adopt", token, "--reason", "only looking", "--dry-run");

        Assert.Equal(0, looked.ExitCode);
        Assert.Contains("held at    CgroupOnly", looked.Out, StringComparison.Ordinal);
        Assert.Empty((await JsonAsync("ps", "--all")).EnumerateArray());
        await EndStrayAsync();
    }

    [Theory(Timeout = Limit)]
    [InlineData("y\n", 0)]
    [InlineData("n\n", 1)]
    public async Task I_am_asked_on_a_terminal(string answer, int exitCode)
    {
        await StrayAsync("sleep 300");
        string token = await TokenAsync();

        ToolResult result = await OnTerminalAsync($"workflowctl adopt {token} --reason 'nobody tracked it'", answer);

        Assert.True(result.ExitCode == exitCode, result.Out);
        Assert.Contains("and what they start meanwhile? [y/N]", result.Out, StringComparison.Ordinal);
        Assert.Equal(exitCode == 0 ? 1 : 0, (await JsonAsync("ps")).GetArrayLength());
        await EndStrayAsync();
    }

    [Fact(Timeout = Limit)]
    public async Task I_am_refused_what_may_not_be_adopted_each_with_its_own_words()
    {
        await StrayAsync("sleep 300");
        string token = await TokenAsync();
        string boot = token.Split('@')[2];
        (string Token, int ExitCode, string Words)[] refused =
        [
            ("4321", 2, "bare PID"),
            ("no@token@", 2, "not a token"),
            ($"{token.Split('@')[0]}@1@{boot}", 3, "belongs to another one now"),
            ($"{token.Split('@')[0]}@1@00000000", 3, "another boot"),
            ($"4194000@1@{boot}", 3, "has exited"),
            ($"1@{StartOf(1)}@{boot}", 4, "PID 1"),
            ($"{Environment.ProcessId}@{StartOf(Environment.ProcessId)}@{boot}", 4, "above the one that asks"),
        ];

        foreach ((string bad, int exitCode, string words) in refused)
        {
            ToolResult result = await RunAsync("adopt", bad, "--reason", "a bad idea", "--yes");
            Assert.True(result.ExitCode == exitCode && result.Error.Contains(words, StringComparison.Ordinal), $"{bad}: {result}");
            Assert.Contains("help:", result.Error, StringComparison.Ordinal);
        }

        Assert.Equal(2, (await RunAsync("adopt", token, "--reason", "nobody confirmed")).ExitCode);
        Assert.Equal(2, (await RunAsync("adopt", token, "--yes")).ExitCode);
        Assert.Equal(2, (await RunAsync("adopt", token, "--reason", "too strong", "--yes", "--minimum-strength", "Reaper")).ExitCode);
        Assert.Equal(2, (await RunAsync("find")).ExitCode);
        Assert.Empty((await JsonAsync("ps", "--all")).EnumerateArray());
        await EndStrayAsync();
    }

    [Fact(Timeout = Limit)]
    public async Task I_can_adopt_my_own_without_being_root_and_nobody_elses()
    {
        await StrayAsync("sleep 300");
        string roots = await TokenAsync();

        ToolResult result = await AsNobodyAsync($$"""
            sh -c ": nobodys-{{Marked}}; sleep 300 & wait" > /dev/null 2>&1 < /dev/null &
            sleep 0.3
            token=$(workflowctl find --match nobodys-{{Marked}} --json | sed -n "s/.*\"token\": \"\(.*\)\".*/\1/p")
            echo "found $(workflowctl find --match {{Marked}} --json | grep -c '"token": ')"
            workflowctl adopt {{roots}} --reason "not mine" --yes; echo "foreign $?"
            workflowctl adopt $token --reason "my own" --yes --minimum-strength CgroupOnly; echo "strong $?"
            id=$(workflowctl adopt $token --reason "my own" --yes); echo "own $?"
            workflowctl show $id | grep strength
            workflowctl kill $id --reason "my own" --emergency
            """);

        Assert.Contains("found 1\n", result.Out, StringComparison.Ordinal);
        Assert.Contains("foreign 4", result.Out, StringComparison.Ordinal);
        Assert.Contains("strong 1", result.Out, StringComparison.Ordinal);
        Assert.Contains("own 0", result.Out, StringComparison.Ordinal);
        Assert.Contains("BestEffort", result.Out, StringComparison.Ordinal);
        Assert.Contains("EndedUnproven", result.Out, StringComparison.Ordinal);
        await EndStrayAsync();
    }

    [Fact(Timeout = Limit)]
    public async Task I_can_adopt_into_a_delegated_subtree_without_being_root()
    {
        ToolResult result = await AsNobodyAsync(
            $$"""
            sh -c ": nobodys-{{Marked}}; sleep 300 & wait" > /dev/null 2>&1 < /dev/null &
            sleep 0.3
            token=$(workflowctl find --match nobodys-{{Marked}} --json | sed -n "s/.*\"token\": \"\(.*\)\".*/\1/p")
            id=$(workflowctl adopt $token --reason "my own" --yes --minimum-strength CgroupOnly); echo "own $?"
            workflowctl kill $id --reason "my own" --emergency
            """,
            $$"""
            mount=$(awk '{ for (i = 7; i <= NF; i++) if ($i == "-") { if ($(i + 1) == "cgroup2") print $5; break } }' /proc/self/mountinfo | head -n 1)
            place=$mount/{{Marked}}; mkdir $place && chown 65534 $place $place/cgroup.procs && echo $BASHPID > $place/cgroup.procs
            trap 'echo $BASHPID > $mount/cgroup.procs; sleep 0.3; rmdir $place' EXIT
            """);

        Assert.True(result.Out.Contains("own 0", StringComparison.Ordinal), result.ToString());
        Assert.Contains("CgroupEmpty at strength CgroupOnly", result.Out, StringComparison.Ordinal);
    }

    private static string Text(JsonElement element, string property) => element.GetProperty(property).GetString()!;

    private static string StartOf(int pid)
    {
        string stat = File.ReadAllText($"/proc/{pid}/stat");
        return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19];
    }

    private async Task<string> TokenAsync()
    {
        JsonElement found = Assert.Single((await JsonAsync("find", "--match", Marked)).EnumerateArray());
        return Text(found, "token");
    }

    // Bounded: a test that fails leaves it for a minute at most.
    private async Task StrayAsync(string script)
    {
        ToolResult started = await ShellAsync($"setsid timeout 60 sh -c ': {Marked}; {script}' > /dev/null 2>&1 < /dev/null & echo $!; sleep 0.4");
        _stray = started.Out.Trim();
    }

    private Task<ToolResult> EndStrayAsync() => ShellAsync($"kill -s KILL -- -{_stray}");

    // Directories of a build need not be open to others, so that the tool is copied to where it can be read.
    private async Task<ToolResult> AsNobodyAsync(string script, string prepare = ":")
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root can become somebody else.");
        string file = Path.Combine(Room, "script");
        await File.WriteAllTextAsync(file, script);
        return await ShellAsync($"""
            mkdir -p {Room}/tool && cp -r "$(dirname "$(command -v workflowctl)")"/. {Room}/tool && chmod -R a+rX {Room}/tool {file} && install -d -o 65534 {Room}/own || exit 99
            {prepare}
            export HOME={Room}/own XDG_STATE_HOME={Room}/own WORKFLOW_LIFECYCLE_STORE= WORKFLOW_LIFECYCLE_RUNTIME_DIR={Room}/own/run PATH={Room}/tool:$PATH
            setpriv --reuid 65534 --regid 65534 --clear-groups bash {file}
            """);
    }
}
