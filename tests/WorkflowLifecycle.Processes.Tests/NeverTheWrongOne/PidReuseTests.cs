using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.NeverTheWrongOne;

/// <summary>PIDs really change hands, in a PID namespace whose next number can be chosen.</summary>
public sealed class PidReuseTests
{
    private static readonly string[] _namespace = ["--pid", "--mount-proc"];

    [Theory(Timeout = 60_000)]
    [Trait("Scenario", "S02")]
    [InlineData("terminate", "cgroup", "Numbered")]
    [InlineData("terminate", "cgroup", "Listed")]
    [InlineData("terminate", "cgroup", "Pinned")]
    [InlineData("terminate", "cgroup", "Confirmed")]
    [InlineData("terminate", "descendants", "Numbered")]
    [InlineData("terminate", "descendants", "Listed")]
    [InlineData("terminate", "descendants", "Pinned")]
    [InlineData("terminate", "descendants", "Confirmed")]
    [InlineData("terminate", "session", "Numbered")]
    [InlineData("terminate", "session", "Listed")]
    [InlineData("terminate", "session", "Pinned")]
    [InlineData("terminate", "session", "Confirmed")]
    [InlineData("end", "descendants", "Numbered")]
    [InlineData("end", "descendants", "Confirmed")]
    [InlineData("end", "session", "Listed")]
    [InlineData("end", "session", "Confirmed")]
    public async Task Signals_PidTakenByAStranger_ReachTheRunAndNotTheStranger(string verb, string holder, string step)
    {
        if (holder == "cgroup")
        {
            CgroupPlace.Require();
        }

        Assert.Equal(["bystander dead, stranger alive"], await NamespaceHelper.RunAsync(_namespace, "reuse", verb, holder, step));
    }

    [Fact(Timeout = 60_000)]
    [Trait("Scenario", "S02")]
    public async Task End_SessionNumberTakenByAStranger_LeavesHisSessionAlone() =>
        Assert.Equal(["root Gone", "root Gone, listed 0", "stranger alive, proof none"], await NamespaceHelper.RunAsync(_namespace, "session"));

    [Fact(Timeout = 60_000)]
    [Trait("Scenario", "S02")]
    public async Task Look_PidTakenWithinOneTick_IsGone()
    {
        string line = Assert.Single(await NamespaceHelper.RunAsync(_namespace, "tick"));
        if (line.StartsWith("no ", StringComparison.Ordinal))
        {
            Assert.Skip($"Nothing to tell apart: {line}.");
        }

        Assert.Equal("Gone, signalled False, stranger alive", line);
    }
}
