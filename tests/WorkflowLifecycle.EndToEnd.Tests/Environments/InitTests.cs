using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Environments;

/// <summary>A PID namespace whose first process is an init as container engines start one.</summary>
public sealed class InitTests : EndToEndTest
{
    private const string Tini = "/usr/bin/tini";

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S24")]
    public async Task KeptRun_BelowAnInitThatLeavesWithItsHost_IsRefused()
    {
        Assert.SkipUnless(Environment.UserName == "root", "Making a PID namespace takes root.");
        Assert.SkipUnless(File.Exists(Tini), "tini is not installed.");
        HelperProcess host = StartHelper(
            "unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--propagation", "private",
            Tini, "--", HelperProcess.HostProgram, "launch", Room.Path, "init:1", "keep", "--", "sleep", "60");

        string error = await host.ReadAsync("error");

        Assert.StartsWith("KeepNotAvailableException PID 1 here is tini, which leaves when the process that it started does", error, StringComparison.Ordinal);
        Assert.EndsWith("or set OnHostExit to Kill.", error, StringComparison.Ordinal);
        await host.WaitForExitAsync();
    }
}
