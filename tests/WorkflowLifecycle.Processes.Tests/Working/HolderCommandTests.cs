using WorkflowLifecycle.Processes.Linux.Working;

namespace WorkflowLifecycle.Processes.Tests.Working;

public sealed class HolderCommandTests
{
    [Theory]
    [InlineData("flock -s -o /c/git git push origin", "git push origin")]
    [InlineData("/usr/bin/flock --shared -w 5 -E 9 /c/git git push", "git push")]
    [InlineData("flock /c/git -c git|push", "git|push")]
    [InlineData("flock -n 9", "flock -n 9")]
    [InlineData("flock", "flock")]
    [InlineData("python3 run.py", "python3 run.py")]
    public void Of_CommandLine_IsWhatRuns(string line, string expected) => Assert.Equal(expected, HolderCommand.Of(line.Replace(' ', '\0')));

    [Fact]
    public void Of_NoCommandLine_IsNothing() => Assert.Empty(HolderCommand.Of(null));
}
