namespace WorkflowLifecycle.Cli.Tests.Unit;

/// <summary>What <c>critical</c> refuses before anything runs.</summary>
public sealed class CriticalTests
{
    [Theory]
    [InlineData("KIND is missing", "critical")]
    [InlineData("KIND is missing", "critical", "--", "git", "push")]
    [InlineData("KIND is missing", "critical", "--optional", "--", "git")]
    [InlineData("KIND is 'svn'", "critical", "svn", "--", "svn", "commit")]
    [InlineData("KIND is 'Git'", "critical", "Git", "--", "git")]
    [InlineData("KIND is '0'", "critical", "0", "--", "git")]
    [InlineData("A program is missing", "critical", "git")]
    [InlineData("A program is missing", "critical", "git", "--")]
    [InlineData("The program goes after '--'", "critical", "git", "git", "push")]
    [InlineData("The program goes after '--'", "critical", "git", "git", "--", "push")]
    [InlineData("WORKFLOW_LIFECYCLE_CRITICAL is not set", "critical", "git", "--", "git", "push")]
    public async Task Critical_Misused_Is2AndOpensNothing(string words, params string[] arguments)
    {
        CommandLine cli = new();

        Assert.Equal(2, await cli.RunAsync(arguments));

        Assert.Contains(words, cli.Error, StringComparison.Ordinal);
        Assert.Contains("help:  ", cli.Error, StringComparison.Ordinal);
        Assert.Empty(cli.Opened);
    }

    [Theory]
    [InlineData("/nowhere/critical")]
    [InlineData("/tmp")]
    public async Task Critical_WhereNoSectionCanBeEntered_Is125AndRunsNothing(string directory)
    {
        CommandLine cli = new();
        cli.Environment["WORKFLOW_LIFECYCLE_CRITICAL"] = directory;

        Assert.Equal(125, await cli.RunAsync("critical", "git", "--", "git", "push"));

        Assert.Contains(directory, cli.Error, StringComparison.Ordinal);
        Assert.Contains("--optional", cli.Error, StringComparison.Ordinal);
        Assert.Empty(cli.Opened);
    }
}
