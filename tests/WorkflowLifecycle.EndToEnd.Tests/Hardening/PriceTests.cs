using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Hardening;

/// <summary>What each hardening costs, as docs/hardening.md says it.</summary>
public sealed class PriceTests : EndToEndTest
{
    private const string Nobody = "65534";

    private static readonly RunId _id = RunId.Parse("price:1");

    [Theory(Timeout = Limit)]
    [InlineData(WorkflowLifecycle.Hardening.None, true)]
    [InlineData(WorkflowLifecycle.Hardening.NoNewPrivileges, true)]
    [InlineData(WorkflowLifecycle.Hardening.PidNamespace, true)]
    [InlineData(WorkflowLifecycle.Hardening.Landlock, false)]
    public async Task Bubblewrap_Inside_FailsOnlyUnderLandlock(WorkflowLifecycle.Hardening hardening, bool works)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/bwrap"), "bubblewrap is not installed.");
        Engine engine = Start();

        RunResult result = await engine.Launcher.RunAsync(engine.Request("/usr/bin/bwrap", "--dev-bind", "/", "/", "echo", "inside") with { Hardening = hardening });

        Assert.Equal(works, result.ExitCode == 0);
        Assert.Equal(works ? "inside\n" : string.Empty, result.StandardOutput);
        Assert.Equal(!works, result.StandardError.Contains("Operation not permitted", StringComparison.Ordinal));
    }

    [Theory(Timeout = Limit)]
    [InlineData(null, "0")]
    [InlineData("NoNewPrivileges", Nobody)]
    [InlineData("Landlock", Nobody)]
    [InlineData("PidNamespace", Nobody)]
    public async Task SetUserIdProgram_OfAnOrdinaryUser_GainsRootOnlyWithoutHardening(string? hardening, string expected)
    {
        Assert.SkipUnless(Environment.UserName == "root", "Making a set-user-id program takes root.");
        Assert.SkipUnless(await CanAsync("test", "-x", HelperProcess.HostProgram), "The user nobody cannot reach the build output.");
        await ShellAsync($"chown {Nobody}:{Nobody} . && cp /usr/bin/id who && chmod 4755 who");
        Assert.SkipUnless(await CanAsync("/bin/sh", "-c", "test $(./who -u) = 0"), "The file system of the temporary directory ignores set-user-id.");

        HelperProcess host = StartHelper("setpriv", [
            "--reuid", Nobody, "--regid", Nobody, "--clear-groups", HelperProcess.HostProgram, "launch", Room.Path, _id.Value, "reaper", "capture", "wait",
            .. hardening is null ? [] : new[] { "harden=" + hardening }, "--", "./who", "-u"]);

        Assert.Equal("Exited 0  " + expected, await host.ReadAsync("ended"));
        IReadOnlyList<string> exits = (await Start(ContainmentStrength.Reaper).RowAsync(_id)).Containment!.OpenExits;
        Assert.Equal(hardening is null, exits.Any(exit => exit.Contains("root", StringComparison.Ordinal)));
    }

    [Theory(Timeout = Limit)]
    [InlineData(null, "Exited 0  0")]
    [InlineData("NoNewPrivileges", "Exited 1  sudo: The \"no new privileges\" flag is set, which prevents sudo from running as root.")]
    [InlineData("Landlock", "Exited 1  sudo: The \"no new privileges\" flag is set, which prevents sudo from running as root.")]
    [InlineData("PidNamespace", "Exited 1  sudo: /etc/sudo.conf is owned by uid 65534, should be 0")]
    public async Task Sudo_OfAnOrdinaryUserWhoMay_WorksOnlyWithoutHardening(string? hardening, string expected)
    {
        await RequireSudoAsync();
        Assert.SkipUnless(await CanAsync("test", "-x", HelperProcess.HostProgram), "The user nobody cannot reach the build output.");
        await ShellAsync($"chown {Nobody}:{Nobody} .");

        // In mounts of its own: the rule exists for these processes alone.
        string launch = $"{HelperProcess.HostProgram} launch {Room.Path} {_id.Value} reaper capture wait {(hardening is null ? string.Empty : "harden=" + hardening)}";
        HelperProcess host = StartHelper("unshare", "--mount", "/bin/sh", "-c",
            "mount -t tmpfs -o mode=0755 rules /etc/sudoers.d && echo 'nobody ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/trial && chmod 0440 /etc/sudoers.d/trial && " +
            $"exec setpriv --reuid {Nobody} --regid {Nobody} --clear-groups {launch} -- /bin/sh -c 'sudo -n id -u 2>&1'");

        Assert.Equal(expected, await host.ReadAsync("ended"));
    }

    [Theory(Timeout = Limit)]
    [InlineData(WorkflowLifecycle.Hardening.None)]
    [InlineData(WorkflowLifecycle.Hardening.NoNewPrivileges)]
    [InlineData(WorkflowLifecycle.Hardening.Landlock)]
    [InlineData(WorkflowLifecycle.Hardening.PidNamespace)]
    public async Task Sudo_OfRoot_StillBecomesAnotherUser(WorkflowLifecycle.Hardening hardening)
    {
        await RequireSudoAsync();

        Engine engine = Start();
        RunResult result = await engine.Launcher.RunAsync(engine.Request("sudo", "-n", "-u", "nobody", "id", "-u") with { Hardening = hardening });

        Assert.Equal((0, Nobody + "\n"), (result.ExitCode, result.StandardOutput));
    }

    [Theory(Timeout = Limit)]
    [InlineData("Landlock", "444=38", "Landlock was asked for")]
    [InlineData("PidNamespace", "272=1", "PidNamespace was asked for")]
    public async Task Launch_WhereTheKernelRefuses_FailsBeforeAnythingRan(string hardening, string refused, string expected)
    {
        Assert.SkipUnless(System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.X64, "The call numbers are those of x86-64.");
        HelperProcess host = StartHelper("perl", [
            Path.Combine(AppContext.BaseDirectory, "programs", "old-kernel.pl"), refused, HelperProcess.HostProgram, HelperProcess.HostProgram,
            "launch", Room.Path, _id.Value, "capture", "harden=" + hardening, "--", "touch", Room.File("ran")]);

        string error = await host.ReadAsync("error");

        Assert.StartsWith("LaunchFailedException " + expected, error, StringComparison.Ordinal);
        Assert.Contains("docs/hardening.md", error, StringComparison.Ordinal);
        Assert.False(File.Exists(Room.File("ran")));
        Assert.Equal(RunState.LaunchFailed, (await Start().RowAsync(_id)).State);
    }

    [Fact(Timeout = Limit)]
    public async Task NewEntriesOfTheRoot_UnderLandlock_CannotBeWritten()
    {
        Assert.SkipUnless(Environment.UserName == "root", "Writing to / takes root.");
        Engine engine = Start();
        string place = "/wfl-" + Guid.NewGuid().ToString("N");

        RunResult result = await engine.Launcher.RunAsync(
            engine.Shell($"mkdir {place} && echo x > {place}/file; rm -rf {place}") with { Hardening = WorkflowLifecycle.Hardening.Landlock });

        Assert.Contains("Permission denied", result.StandardError, StringComparison.Ordinal);
        Assert.False(Directory.Exists(place));
    }

    private async Task RequireSudoAsync()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/sudo"), "sudo is not installed.");
        Assert.SkipUnless(Environment.UserName == "root", "A rule for sudo takes root.");
        Assert.SkipUnless(await StartHelper("unshare", "--mount", "true").WaitForExitAsync() == 0, "Mounts of one's own are refused here.");
    }

    private async Task<bool> CanAsync(params string[] command) =>
        await StartHelper("setpriv", ["--reuid", Nobody, "--regid", Nobody, "--clear-groups", .. command]).WaitForExitAsync() == 0;

    private async Task ShellAsync(string script) => Assert.Equal(0, await StartHelper("/bin/sh", "-c", script).WaitForExitAsync());
}
