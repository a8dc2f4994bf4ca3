namespace WorkflowLifecycle.Shim.Tests;

/// <summary>Each exit that Landlock closes is attacked: it opens without, and stays shut with it.</summary>
public sealed class LandlockTests
{
    private const int EPERM = 1, ENOENT = 2, EACCES = 13, EBUSY = 16, EINVAL = 22, EROFS = 30, ENOSYS = 38;

    [Theory(Timeout = 30_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Program_WritesACgroupFile_OnlyWithoutLandlock(bool landlock)
    {
        string[] answers = await Attack.RunAsync(Base(landlock) with { Flags = LaunchFlags.HostPidfd | LaunchFlags.Cgroup }, shim =>
            [$"write={shim.Cgroup.Run}/cgroup.kill", $"write={shim.Cgroup.Run}/cgroup.procs", $"read={shim.Cgroup.Run}/cgroup.procs",
                $"born={shim.Cgroup.Elsewhere}", $"detached={Path.GetRelativePath(TestCgroup.Mount!, shim.Cgroup.Elsewhere)}/cgroup.procs", $"leave={shim.Cgroup.Elsewhere}/cgroup.procs"]);
        Assert.Equal(
            landlock
                ? [$"write closed {EACCES}", $"write closed {EACCES}", "read open", $"born closed {ENOSYS}", $"detached closed {EPERM}", $"leave closed {EACCES}"]
                : ["write open", "write open", "read open", "born open", "detached open", "leave open"],
            answers);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Program_SignalsAndTracesItsHolder_OnlyWithoutLandlock(bool landlock)
    {
        string[] answers = await Attack.RunAsync(Base(landlock), shim =>
            [$"signal={shim.Pid}", $"trace={shim.Pid}", $"enter={shim.Pid}", $"trace={shim.HostProcess.Pid}", $"kill={shim.HostProcess.Pid}"]);
        Assert.Equal(
            landlock
                ? [$"signal closed {EPERM}", $"trace closed {EACCES}", $"enter closed {EPERM}", $"trace closed {EACCES}", $"kill closed {EPERM}"]
                : ["signal open", "trace open", "enter open", "trace open", "kill open"],
            answers);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Program_HarmsTheRunDirectory_OnlyWithoutLandlock(bool landlock)
    {
        HardeningTests.SkipUnlessRoot();
        string place = Directory.CreateTempSubdirectory("shim-test-").FullName;
        string run = Path.Combine(place, "r", "run");
        Directory.CreateDirectory(run);
        string[] answers = await Attack.RunAsync(Base(landlock) with { HiddenAbove = 1, KeptAbove = 2 }, shim =>
        [
            $"unmount={place}/r", $"read={run}/journal", $"rename={run}/notify", $"delete=/proc/{shim.Pid}/cwd/ctl", $"delete={run}/ctl",
            $"create={place}/stray", $"run=chmod 777 {place}", $"uncover={place}", $"soften={place}", .. landlock ? [$"rename={place}", $"rename={place}/r", $"create={run}/own"] : Array.Empty<string>(),
        ], new ShimOptions { RunDirectory = run });
        Directory.Delete(place, recursive: true);
        Assert.Equal(
            landlock
                ? [$"unmount closed {EPERM}", $"read closed {ENOENT}", $"rename closed {EBUSY}", $"delete closed {EACCES}", $"delete closed {ENOENT}",
                    $"create closed {EROFS}", $"run closed {EPERM}", $"uncover closed {EPERM}", $"soften closed {EPERM}", $"rename closed {EBUSY}", $"rename closed {EROFS}", "create open"]
                : [$"unmount closed {EPERM}", "read open", "rename open", "delete open", $"delete closed {ENOENT}", "create open", "run open", "uncover open", $"soften closed {EINVAL}"],
            answers);
    }

    [Fact(Timeout = 30_000)]
    public async Task Program_UsesTheRestOfTheFileSystem_AsBefore()
    {
        string place = Directory.CreateTempSubdirectory("shim-landlock-").FullName;
        string script = """
            set -e
            mkdir a b
            echo one > a/f; mv a/f b/f; ln b/f a/g; cat a/g; chmod 600 b/f; echo two >> b/f; rm b/f
            echo x > /dev/null; echo out >> /dev/stdout; echo 0 > /proc/self/oom_score_adj
            echo x > /dev/shm/shim-landlock-$$; mv /dev/shm/shim-landlock-$$ a/h; cat a/h
            sleep 20 & kill -9 $!; wait $! 2> /dev/null || true
            echo fine
            """;
        using ShimUnderTest shim = await ShimUnderTest.LaunchAsync(
            Base(true) with { Argv = TestPrograms.Sh(script), Directory = place, Flags = LaunchFlags.HostPidfd | LaunchFlags.Cgroup });
        await shim.EmptyAsync();
        Directory.Delete(place, recursive: true);
        Assert.Equal("one\nout\nx\nfine\n", shim.Output);
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task Program_SaysReady_IsHeardThroughTheHiddenDirectory()
    {
        string directory = Directory.CreateTempSubdirectory("shim-test-").FullName;
        string[] send = ["/usr/bin/perl", "-MSocket", "-e", "socket(my $s, AF_UNIX, SOCK_DGRAM, 0); connect($s, sockaddr_un($ARGV[0])) or die $!; send($s, 'READY=1', 0)", directory + "/notify"];
        using ShimUnderTest shim = await ShimUnderTest.LaunchAsync(Base(true) with { Argv = send }, new ShimOptions { RunDirectory = directory });
        Assert.Equal("READY=1", (await shim.Host.EventAsync(MessageType.Notify)).Text);
        await shim.EmptyAsync();
        await shim.ReleaseAsync();
    }

    [Theory(Timeout = 30_000)]
    [InlineData("mount -t tmpfs none /mnt")]
    [InlineData("unshare -m true")]
    public async Task Program_MountsSomething_IsRefused(string command)
    {
        HardeningTests.SkipUnlessRoot();
        Assert.Equal([$"run closed {EPERM}"], await Attack.RunAsync(Base(true), _ => ["run=" + command]));
    }

    private static Specification Base(bool landlock) =>
        new() { Flags = LaunchFlags.HostPidfd, Hardening = landlock ? Hardenings.Landlock : Hardenings.None };
}
