using System.Text.Json;
using WorkflowLifecycle.Processes.Linux.Proc;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.NeverTheWrongOne;

public sealed class TimeNamespaceTests
{
    [Theory(Timeout = 30_000)]
    [Trait("Scenario", "S15")]
    [InlineData("86400")]
    [InlineData("-1")]
    public async Task Look_FromAnotherTimeNamespace_FindsTheSameProcess(string ahead)
    {
        if (!File.Exists("/proc/self/timens_offsets"))
        {
            Assert.Skip("This kernel has no time namespaces.");
        }

        using Child child = Child.Sleeping();
        string identity = JsonSerializer.Serialize(Machine.Read().Identify(child.Pid));

        Assert.Equal(["Present, same True"], await NamespaceHelper.RunAsync(["--time", "--boottime", ahead], "look", identity));
    }

    [Theory]
    [Trait("Scenario", "S15")]
    [InlineData("monotonic           5         6\nboottime            86400         7\n", 86400, 7)]
    [InlineData("boottime            -2 500000000\n", -2, 500_000_000)]
    [InlineData("monotonic 5 6\n", 0, 0)]
    [InlineData("boottime many 0\n", 0, 0)]
    [InlineData(null, 0, 0)]
    public void Parse_TheKernelsText_FindsTheBootClock(string? text, long seconds, long nanoseconds) =>
        Assert.Equal((seconds, nanoseconds), TimeNamespace.Parse(text));
}
