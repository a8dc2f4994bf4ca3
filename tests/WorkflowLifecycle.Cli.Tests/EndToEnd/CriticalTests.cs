using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace WorkflowLifecycle.Cli.Tests.EndToEnd;

/// <summary>Programs that a graceful kill waits for, protected from a shell line.</summary>
public sealed class CriticalTests : ToolRoom
{
    private string Done => Path.Combine(Room, "done");

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S05")]
    public async Task I_can_protect_a_program_and_a_kill_says_that_it_waits_for_it()
    {
        string go = Path.Combine(Room, "go");
        string id = await DetachAsync($"workflowctl critical git --name 'push it' -- sh -c 'until [ -e {go} ]; do sleep 0.05; done; echo whole > {Done}'; exec sleep 300");
        await EnteredAsync(id);

        JsonElement section = Assert.Single((await JsonAsync("show", id)).GetProperty("criticalSections").EnumerateArray());
        Assert.Equal("Git push it", $"{section.GetProperty("kind")} {section.GetProperty("name")}");
        Assert.Contains("push it", (await RunAsync("show", id)).Out, StringComparison.Ordinal);
        Assert.Contains("push it", (await RunAsync("kill", id, "--dry-run", "--reason", "only looking")).Out, StringComparison.Ordinal);
        ToolRun kill = Start("kill", id, "--reason", "at a bad moment", "--json");
        await kill.SaysAsync($" for {id}: critical section git: push it (PID ");
        await File.WriteAllTextAsync(go, string.Empty);
        ToolResult killed = await kill.WaitAsync();

        Assert.Equal("whole\n", await File.ReadAllTextAsync(Done));
        JsonElement receipt = JsonDocument.Parse(killed.Out).RootElement;
        JsonElement git = receipt.GetProperty("phases").EnumerateArray().Single(phase => phase.GetProperty("name").GetString() == "git");
        Assert.Equal("Finished", git.GetProperty("outcome").GetString());
        Assert.Contains("push it", git.GetProperty("waitedFor")[0].GetProperty("description").GetString(), StringComparison.Ordinal);
        Assert.Empty((await JsonAsync("show", id)).GetProperty("criticalSections").EnumerateArray());
    }

    [Fact(Timeout = Limit)]
    public async Task I_am_waited_for_by_nobody_in_an_emergency()
    {
        string id = await DetachAsync($"workflowctl critical git -- sh -c 'sleep 30; echo whole > {Done}'");
        await EnteredAsync(id);

        JsonElement receipt = await JsonAsync("kill", id, "--emergency", "--reason", "eats the machine");

        Assert.Equal("Killed", receipt.GetProperty("outcome").GetString());
        Assert.InRange(receipt.GetProperty("durationMs").GetDouble(), 0, 5000);
        Assert.Empty(receipt.GetProperty("phases").EnumerateArray());
        Assert.False(File.Exists(Done));
    }

    [Theory(Timeout = Limit)]
    [InlineData(0, "true")]
    [InlineData(9, "sh -c 'exit 9'")]
    [InlineData(143, "sh -c 'kill -TERM $$'")]
    [InlineData(137, "sh -c 'kill -KILL $$'")]
    [InlineData(127, "no-such-program-at-all")]
    [InlineData(127, "/nowhere/program")]
    [InlineData(126, "/tmp")]
    [InlineData(7, "workflowctl critical database -- workflowctl critical git -- sh -c 'exit 7'")]
    public async Task I_get_the_exit_code_that_says_what_happened(int exitCode, string program)
    {
        ToolResult result = await RunAsync("run", "--", "sh", "-c", $"workflowctl critical git -- {program}; echo $?");

        Assert.Equal(exitCode.ToString(CultureInfo.InvariantCulture) + "\n", result.Out);
    }

    [Fact(Timeout = Limit)]
    public async Task I_need_a_run_around_me_unless_I_say_that_I_do_not()
    {
        ToolResult refused = await RunAsync("critical", "git", "--", "touch", Done);
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("WORKFLOW_LIFECYCLE_CRITICAL is not set", refused.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Done));

        ToolResult optional = await RunAsync("critical", "git", "--optional", "--", "sh", "-c", "echo out; echo err >&2; exit 3");
        Assert.Equal(new ToolResult(3, "out\n", "err\n"), optional);
        Assert.False(File.Exists(Store), "A store was made.");
    }

    [Fact(Timeout = Limit)]
    public async Task I_keep_my_section_until_the_program_has_left_it_whatever_is_sent_to_me()
    {
        string entered = Path.Combine(Room, "entered");
        string go = Path.Combine(Room, "go");
        string id = await DetachAsync(
            $"workflowctl critical git -- sh -c ': > {entered}; until [ -e {go} ]; do sleep 0.05; done; echo whole > {Done}; exit 4' & " +
            $"until [ -e {entered} ]; do sleep 0.05; done; for s in INT TERM HUP QUIT; do kill -s $s $!; sleep 0.2; done; echo signalled; wait $!; echo $?; exec sleep 300");
        await UntilAsync(async () => (await RunAsync("logs", id)).Out == "signalled\n");
        Assert.NotEmpty((await JsonAsync("show", id)).GetProperty("criticalSections").EnumerateArray());
        await File.WriteAllTextAsync(go, string.Empty);

        await UntilAsync(async () => (await RunAsync("logs", id)).Out == "signalled\n4\n");

        Assert.Equal("whole\n", await File.ReadAllTextAsync(Done));
        Assert.Empty((await JsonAsync("show", id)).GetProperty("criticalSections").EnumerateArray());
    }

    [Fact(Timeout = Limit)]
    public async Task I_do_not_hand_my_section_to_what_the_program_leaves_behind()
    {
        string id = await DetachAsync("workflowctl critical git -- sh -c 'setsid sleep 300 > /dev/null 2>&1 &'; echo left; exec sleep 300");
        await UntilAsync(async () => (await RunAsync("logs", id)).Out == "left\n");

        Assert.Empty((await JsonAsync("show", id)).GetProperty("criticalSections").EnumerateArray());
        JsonElement receipt = await JsonAsync("kill", id, "--reason", "nothing is in flight");
        Assert.All(
            receipt.GetProperty("phases").EnumerateArray().Where(phase => phase.GetProperty("stage").GetString() == "Quiesce"),
            phase => Assert.Equal("NothingInFlight", phase.GetProperty("outcome").GetString()));
    }

    [Fact(Timeout = Limit)]
    public async Task I_leave_the_program_its_streams_its_signals_and_its_descriptors()
    {
        string script = Path.Combine(Room, "inside.sh");
        await File.WriteAllTextAsync(script, """
            echo input | workflowctl critical other -- cat
            yes | workflowctl critical other -- head -n 1
            workflowctl critical other -- sh -c 'yes | head -n 1'
            trap '' HUP
            workflowctl critical other -- awk '/SigIgn/ { print $2 ~ /[13579bdf]$/ ? "no hangup" : "hangup" }' /proc/self/status
            workflowctl critical other -- sh -c 'echo three >&3' 3>&1
            B=$(printf '\377') workflowctl critical other -- sh -c 'printf "$B" | od -An -tx1'
            """);

        ToolResult result = await RunAsync("run", "--", "bash", script);

        Assert.Equal(["input", "y", "y", "no hangup", "three", " ff"], result.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact(Timeout = Limit)]
    public async Task I_pass_the_keys_of_a_terminal_to_the_program_and_wait_for_it()
    {
        Directory.CreateDirectory(Path.Combine(Room, "critical"));
        Variables["WORKFLOW_LIFECYCLE_CRITICAL"] = Path.Combine(Room, "critical");
        ToolRun run = StartOnTerminal("workflowctl critical git -- sh -c \"trap 'sleep 0.3; echo cleaned; exit 9' INT; echo ready; while :; do sleep 0.05; done\"; echo code $?");
        await run.SaysAsync("ready");
        Assert.Single(Directory.GetFiles(Path.Combine(Room, "critical")));

        await run.PressAsync("\u0003");
        ToolResult result = await run.WaitAsync();

        Assert.Contains("cleaned", result.Out, StringComparison.Ordinal);
        Assert.Contains("code 9", result.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b", result.Out, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Path.Combine(Room, "critical")));
    }

    private async Task EnteredAsync(string id)
    {
        long started = Stopwatch.GetTimestamp();
        await UntilAsync(async () => (await JsonAsync("show", id)).GetProperty("criticalSections").GetArrayLength() > 0 || Stopwatch.GetElapsedTime(started).TotalSeconds > 20);
    }
}
