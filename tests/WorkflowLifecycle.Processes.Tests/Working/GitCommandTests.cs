using WorkflowLifecycle.Processes.Linux.Working;

namespace WorkflowLifecycle.Processes.Tests.Working;

public sealed class GitCommandTests
{
    [Theory]
    [InlineData("git", "git push", "push")]
    [InlineData("git", "/usr/bin/git -C dir -c a=b push origin", "push")]
    [InlineData("git", "git --git-dir /r/.git --work-tree=/r --no-pager commit -m x", "commit")]
    [InlineData("git", "git --shallow-file  index-pack --stdin", "index-pack")]
    [InlineData("git", "git my-alias", "my-alias")]
    [InlineData("git-receive-pac", "git-receive-pack /r", "receive-pack")]
    [InlineData("git-flow", "/bin/sh /usr/lib/git-core/git-flow feature", "flow")]
    [InlineData("git-remote-http", "/usr/lib/git-core/git-remote-https origin https://h", "remote-https")]
    [InlineData("git", "renamed --bare gc", "gc")]
    [InlineData("git", "git log", null)]
    [InlineData("git", "git -C push status", null)]
    [InlineData("git", "git -c alias.x=push cat-file --batch", null)]
    [InlineData("git", "git", null)]
    [InlineData("git", "git -C", null)]
    [InlineData("git", "git --version push", null)]
    [InlineData("git", "git fsmonitor--daemon run", null)]
    [InlineData("git-credential-", "git-credential-cache--daemon /s", null)]
    [InlineData("git", "git credential-cache--daemon /s", null)]
    [InlineData("git-daemon", "git-daemon --export-all", null)]
    [InlineData("git-upload-pack", "git-upload-pack /r", null)]
    [InlineData("git", "", null)]
    public void FindWriting_CommandLine_IsWhatChangesARepository(string name, string line, string? expected) =>
        Assert.Equal(expected, GitCommand.FindWriting(name, line.Split(' ')));

    [Theory]
    [InlineData("git", true)]
    [InlineData("git-lfs", true)]
    [InlineData("gitk", false)]
    [InlineData("github", false)]
    public void IsGit_Name_IsGitOrOneOfItsCommands(string name, bool expected) => Assert.Equal(expected, GitCommand.IsGit(name));
}
