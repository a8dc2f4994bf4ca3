using System.Text.Json;
using WorkflowLifecycle.Processes.Linux.Proc;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.NeverTheWrongOne;

public sealed class TimeNamespaceTests
{
    // Behind the machine's clock, PID 1 started before time began: the kernel's count of it wraps, and nothing can be compared.
    [Theory(Timeout = 30_000)]
    [Trait("Scenario", "S15")]
    [InlineData("86400", "Present, same True")]
    [InlineData("-1", "Elsewhere, same False")]
    public async Task Look_FromAnotherTimeNamespace_FindsTheSameProcessOrSaysThatItCannot(string ahead, string expected)
    {
        if (!File.Exists("/proc/self/timens_offsets"))
        {
            Assert.Skip("This kernel has no time namespaces.");
        }

        using Child child = Child.Sleeping();
        string identity = JsonSerializer.Serialize(Machine.Read().Identify(child.Pid));

        Assert.Equal([expected], await NamespaceHelper.RunAsync(["--time", "--boottime", ahead], "look", identity));
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
