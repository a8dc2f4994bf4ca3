using System.Text.Json;

namespace WorkflowLifecycle.Cli.Tests.EndToEnd;

/// <summary>Any command of workflowctl finds what died before it, and carries it on: nobody has to ask for that.</summary>
public sealed class RecoveryTests : ToolRoom
{
    private const string Stubborn = "trap '' TERM; echo ready; while :; do sleep 0.1; done";

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S21")]
    public async Task Ps_AfterAKillThatWasInterrupted_EndsItWithTheSameIdOnceItsGraceIsOver()
    {
        string run = await DetachAsync(Stubborn);
        string kill = await InterruptAsync(run, "--grace", "15");

        ToolResult first = await RunAsync("ps");
        Assert.Contains($"{run}: its kill {kill} was interrupted, and ", first.Error, StringComparison.Ordinal);
        Assert.Contains("s of its grace are left. To carry it on now: workflowctl kill", first.Error, StringComparison.Ordinal);
        ToolResult last = first;
        await UntilAsync(async () =>
        {
            last = await RunAsync("ps");
            return !last.Out.Contains(run, StringComparison.Ordinal);
        });

        Assert.Contains($"{run}: its kill {kill} was interrupted, and was carried on: Killed.", last.Error, StringComparison.Ordinal);
        await AssertEndedOnceAsync(run, kill, "Killed");
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S21")]
    public async Task Show_AfterAKillWhoseTreeIsGone_FindsItOver()
    {
        string run = await DetachAsync("trap 'exit 5' TERM; echo ready; while :; do sleep 0.1; done");
        string kill = await InterruptAsync(run);

        await UntilAsync(async () => await StateAsync(run) == "Exited");

        await AssertEndedOnceAsync(run, kill, "Exited");
    }

    // Ends the process that carries it out once the program was told to leave.
    private async Task<string> InterruptAsync(string run, params string[] options)
    {
        await UntilAsync(async () => (await RunAsync("logs", run)).Out.Contains("ready", StringComparison.Ordinal));
        ToolRun killer = Start(["kill", run, "--reason", "stuck in a test", .. options]);
        await UntilAsync(async () => (await RunAsync("audit", run)).Out.Contains("SIGTERM", StringComparison.Ordinal));
        await killer.SignalAsync("KILL");
        await killer.WaitAsync();
        return (await JsonAsync("show", run)).GetProperty("killId").GetString()!;
    }

    private async Task AssertEndedOnceAsync(string run, string kill, string state)
    {
        JsonElement shown = await JsonAsync("show", run);
        Assert.Equal((state, kill), (shown.GetProperty("state").GetString(), shown.GetProperty("killId").GetString()));
        string audit = (await RunAsync("audit", run)).Out;
        Assert.Single(audit.Split('\n'), line => line.Contains("Completed", StringComparison.Ordinal));
        Assert.Single(audit.Split('\n'), line => line.Contains("IntentWritten", StringComparison.Ordinal));
    }
}
