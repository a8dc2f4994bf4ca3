namespace WorkflowLifecycle.Shim.Tests;

public sealed class OutputTests
{
    private static Specification Files(string script) => new()
    {
        Argv = TestPrograms.Sh(script),
        Flags = LaunchFlags.HostPidfd | LaunchFlags.OutputFiles,
    };

    [Fact(Timeout = 30_000)]
    public async Task Output_ToFiles_IsCompleteWhenEmptyIsSaid()
    {
        using ShimUnderTest shim = await ShimUnderTest.LaunchAsync(Files("echo out; echo err >&2; printf last"));
        await shim.Host.EventAsync(MessageType.Output);
        await shim.EmptyAsync();
        Assert.Equal("out\nlast", shim.File("stdout.log"));
        Assert.Equal("err\n", shim.File("stderr.log"));
        Assert.Equal(StatusFlags.OutputSeen, (await shim.Host.StatusAsync()).Flags);
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task Output_OverTheCap_IsRotatedAndOldFilesAreDropped()
    {
        using ShimUnderTest shim = await ShimUnderTest.LaunchAsync(
            Files("i=100; while [ $i -lt 400 ]; do echo line-$i; i=$((i+1)); done") with { OutputCap = 900, OutputKeep = 2 });
        await shim.EmptyAsync();
        string all = shim.File("stdout.log.2") + shim.File("stdout.log.1") + shim.File("stdout.log");
        Assert.EndsWith("line-398\nline-399\n", all, StringComparison.Ordinal);
        Assert.Equal((900, 900, 2700 - 1800), (shim.File("stdout.log.2").Length, shim.File("stdout.log.1").Length, shim.File("stdout.log").Length));
        Assert.False(shim.Has("stdout.log.3"));
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 60_000)]
    [Trait("Scenario", "S26")]
    public async Task Output_DiskIsFull_DropsSaysSoAndNeverBlocksTheProgram()
    {
        Assert.SkipWhen(Native.EffectiveUserId() != 0, "Needs root to mount a tiny file system.");
        string directory = Directory.CreateTempSubdirectory("shim-disk-").FullName;
        Native.Mount("tmpfs", directory, "tmpfs", 0, "size=64k,mode=0700");
        try
        {
            string run = Directory.CreateDirectory(Path.Combine(directory, "run")).FullName;
            using (ShimUnderTest shim = await ShimUnderTest.LaunchAsync(
                Files("head -c 3000000 /dev/zero; exit 6"), new ShimOptions { RunDirectory = run }))
            {
                await shim.EmptyAsync();
                ShimStatus status = await shim.Host.StatusAsync();
                Assert.True(status.Flags.HasFlag(StatusFlags.OutputDropped));
                Assert.False(shim.Has("exit"));
                // Once there is room again, the records follow by themselves.
                File.Delete(Path.Combine(run, "stdout.log"));
                await ShimUnderTest.WaitForAsync(() => shim.Has("exit") && shim.Has("empty"), "the records", 15_000);
                Assert.Equal("6", shim.Record("exit")["status"]);
                await shim.ReleaseAsync();
            }
        }
        finally
        {
            Native.Unmount(directory);
            Directory.Delete(directory);
        }
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S24")]
    public async Task Output_HostIsDead_KeepsFlowing()
    {
        using ShimUnderTest shim = await ShimUnderTest.LaunchAsync(Files("echo before; sleep 0.4; echo after"));
        shim.HostProcess.Die();
        shim.Host.Dispose();
        await shim.LeftAsync();
        Assert.Equal("before\nafter\n", shim.File("stdout.log"));
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S10")]
    public async Task Output_AStrangerHoldsThePipe_EmptyComesAllTheSame()
    {
        using ShimUnderTest shim = await ShimUnderTest.LaunchAsync(Files("echo here; exec sleep 60"));
        await shim.Host.EventAsync(MessageType.Output);
        int root = (await shim.Host.StatusAsync()).RootPid;
        int held = Native.Open($"/proc/{root}/fd/1", Native.O_WRONLY);
        await shim.EndAsync();
        await shim.ReleaseAsync();
        Native.Close(held);
        Assert.Equal("here\n", shim.File("stdout.log"));
    }
}
