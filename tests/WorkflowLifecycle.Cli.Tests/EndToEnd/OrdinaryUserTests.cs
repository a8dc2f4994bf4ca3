namespace WorkflowLifecycle.Cli.Tests.EndToEnd;

/// <summary>Not everybody is root.</summary>
public sealed class OrdinaryUserTests : ToolRoom
{
    // Directories of a build need not be open to others, so that the tool is copied to where it can be read.
    private async Task<ToolResult> AsNobodyAsync(string script)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root can become somebody else.");
        return await ShellAsync($"""
            mkdir -p {Room}/tool && cp -r "$(dirname "$(command -v workflowctl)")"/. {Room}/tool && chmod -R a+rX {Room}/tool && install -d -o 65534 {Room}/own || exit 99
            export HOME={Room}/own XDG_STATE_HOME={Room}/own WORKFLOW_LIFECYCLE_STORE= WORKFLOW_LIFECYCLE_RUNTIME_DIR={Room}/own/run PATH={Room}/tool:$PATH
            exec setpriv --reuid 65534 --regid 65534 --clear-groups bash -c '{script}'
            """);
    }

    [Fact(Timeout = Limit)]
    public async Task I_can_end_what_I_launched()
    {
        ToolResult result = await AsNobodyAsync("""id=$(workflowctl run --detach -- sleep 300) && workflowctl kill "$id" --reason "my own run" """);

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("ExitedGracefully", result.Out, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task I_can_interrupt_what_I_run()
    {
        ToolResult result = await AsNobodyAsync("""timeout --signal INT 3 workflowctl run --run-id mine -- sleep 300; workflowctl show mine""");

        Assert.Contains("gracefully", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Denied", result.Error, StringComparison.Ordinal);
        Assert.Contains("signal 15", result.Out, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task I_am_refused_the_store_of_another_user()
    {
        Assert.Equal(0, (await RunAsync("run", "--run-id", "roots", "--", "true")).ExitCode);

        ToolResult result = await AsNobodyAsync($"""workflowctl kill roots --reason "not mine" --store {Store}""");

        Assert.Equal(6, result.ExitCode);
        Assert.Contains("help:", result.Error, StringComparison.Ordinal);
    }
}
