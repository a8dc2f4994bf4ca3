using WorkflowLifecycle.Processes.Linux.Proc;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Proc;

public sealed class ProcessReaderTests
{
    [Fact]
    public void TryReadStat_OfThisProcess_IsThisProcess()
    {
        Assert.True(ProcessReader.TryReadStat(Environment.ProcessId, out ProcStat stat));
        Assert.Equal(Environment.ProcessId, stat.Pid);
        Assert.NotEqual(0UL, stat.StartTicks);
        Assert.True(stat.ResidentPages > 0);
    }

    [Fact]
    public void TryReadStat_OfAProcessThatIsNotThere_IsRefused() => Assert.False(ProcessReader.TryReadStat(int.MaxValue, out _));

    [Fact(Timeout = 30_000)]
    public async Task ReadCommandLine_OfAChild_KeepsItsArgumentsApart()
    {
        using Child child = Child.Start("sh", "-c", "echo up; exec sleep 60 # two  blanks");
        Assert.Equal("up", await child.ReadLineAsync());

        // "up" is written before exec: until then the command line is that of the shell, and in the middle of it there is none.
        string? line;
        do
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            line = ProcessReader.ReadCommandLine(child.Pid);
        }
        while (line is null || line.StartsWith("sh", StringComparison.Ordinal));

        Assert.Equal("sleep\0" + "60", line);
    }

    [Fact(Timeout = 30_000)]
    public async Task AddChildren_OfThisProcess_HasTheChild()
    {
        using Child child = Child.Sleeping();
        List<int> children = [];

        await Task.Run(() => ProcessReader.AddChildren(Environment.ProcessId, children));

        Assert.Contains(child.Pid, children);
    }

    [Theory]
    [InlineData(null, new int[0])]
    [InlineData("", new int[0])]
    [InlineData("1 2 3 ", new[] { 1, 2, 3 })]
    [InlineData("1\n22\n\n", new[] { 1, 22 })]
    [InlineData("-1 x 99999999999 7", new[] { 7 })]
    public void ParseNumbers_Text_KeepsItsNumbers(string? text, int[] expected)
    {
        List<int> numbers = [];
        ProcessReader.ParseNumbers(text, numbers);
        Assert.Equal(expected, numbers);
    }

    [Fact]
    public void Ancestry_OfThisProcess_HasItselfItsParentAndTheFirst()
    {
        Assert.True(ProcessReader.TryReadStat(Environment.ProcessId, out ProcStat self));

        IReadOnlySet<int> chain = Ancestry.OfThisProcess();

        Assert.Contains(1, chain);
        Assert.Contains(Environment.ProcessId, chain);
        Assert.True(self.ParentPid == 0 || chain.Contains(self.ParentPid));
    }
}
