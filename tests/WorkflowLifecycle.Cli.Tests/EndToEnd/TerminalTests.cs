namespace WorkflowLifecycle.Cli.Tests.EndToEnd;

public sealed class TerminalTests : ToolRoom
{
    private const string Escape = "\u001b[";

    [Theory(Timeout = Limit)]
    [InlineData("", true)]
    [InlineData("NO_COLOR=1 ", false)]
    [InlineData("TERM=dumb ", false)]
    public async Task I_get_color_only_where_I_want_it(string variables, bool isColored)
    {
        await DetachAsync("sleep 300", "--workflow", "builder");

        ToolResult result = await OnTerminalAsync(variables + "workflowctl ps");

        Assert.Contains("builder", result.Out, StringComparison.Ordinal);
        Assert.Equal(isColored, result.Out.Contains(Escape, StringComparison.Ordinal));
        Assert.DoesNotContain(Escape, (await RunAsync("ps")).Out, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S64")]
    public async Task I_am_shown_escapes_of_a_command_line_instead_of_obeying_them()
    {
        const string Hostile = "sleep 300 # \u001b]0;pwned\u0007\u001b[2J\u202e [red]x[/]\rkilled";
        string id = await DetachAsync(Hostile);

        foreach (string verb in (string[])["ps", "show " + id, "tree " + id, "kill " + id + " --dry-run --reason looking"])
        {
            ToolResult piped = await ShellAsync("workflowctl " + verb);
            Assert.Contains(@"\x1b]0;pwned", piped.Out, StringComparison.Ordinal);
            foreach (ToolResult result in new[] { piped, await OnTerminalAsync("NO_COLOR=1 workflowctl " + verb) })
            {
                Assert.Equal(0, result.ExitCode);
                Assert.DoesNotContain('\u001b', result.Out);
                Assert.DoesNotContain('\u0007', result.Out);
                Assert.DoesNotContain('\u202e', result.Out);
            }
        }
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S64")]
    public async Task I_read_logs_harmlessly_on_a_terminal_and_as_they_are_in_a_pipe()
    {
        string id = await DetachAsync("printf '\\033[31mred\\033[0m\\n'");
        await RunAsync("wait", id);

        Assert.Contains(@"\x1b[31mred\x1b[0m", (await OnTerminalAsync($"workflowctl logs {id}")).Out, StringComparison.Ordinal);
        Assert.Contains("\u001b[31mred", (await OnTerminalAsync($"workflowctl logs {id} --raw")).Out, StringComparison.Ordinal);
        Assert.Equal("\u001b[31mred\u001b[0m\n", (await RunAsync("logs", id)).Out);
    }

    [Fact(Timeout = Limit)]
    public async Task I_can_complete_verbs_and_run_ids_in_bash()
    {
        string id = await DetachAsync("sleep 300");

        ToolResult result = await ShellAsync("""
            source <(workflowctl completion bash)
            complete_line() { COMP_LINE=$1 COMP_POINT=${#1}; COMP_WORDS=($1); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _workflowctl; echo "${COMPREPLY[@]}"; }
            complete_line "workflowctl ki"
            complete_line "workflowctl show run_"
            """);

        Assert.Equal(["kill", id], result.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
