namespace WorkflowLifecycle.Shim.Tests;

public sealed class ChildStateTests
{
    private const ulong UserSignals = (1UL << 9) | (1UL << 11) | (1UL << 39);

    [Theory(Timeout = 30_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Program_ShimStartedWithIgnoredAndBlockedSignals_HasDefaultsAndAnEmptyMask(bool cgroup)
    {
        Specification specification = Trees.Specification(["/bin/cat", "/proc/self/status"], cgroup);
        using ShimUnderTest shim = await ShimUnderTest.LaunchAsync(specification, new ShimOptions { BlockedSignals = UserSignals });
        await shim.EmptyAsync();
        string[] lines = shim.Output.Split('\n');
        Assert.Contains("SigBlk:\t0000000000000000", lines);
        Assert.Contains("SigIgn:\t0000000000000000", lines);
        Assert.Contains("Umask:\t" + OwnUmask(), lines);
        Assert.Contains("Name:\tcat", lines);
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task Program_HostLeaksADescriptor_HasOnlyItsStandardStreams()
    {
        int stray = Native.MoveUp(Native.Open("/dev/zero", Native.O_RDONLY));
        using ShimUnderTest shim = ShimUnderTest.Start(
            Trees.Specification(TestPrograms.Sh("for fd in /proc/self/fd/*; do echo ${fd##*/}; done; readlink /proc/self/fd/0"), cgroup: false),
            new ShimOptions { StrayDescriptor = stray });
        Native.Close(stray);
        await shim.Host.EventAsync(MessageType.Ready);
        // Only root may look into an undumpable process.
        if (Native.EffectiveUserId() == 0) Assert.DoesNotContain("/dev/zero", Directory.GetFiles($"/proc/{shim.Pid}/fd").Select(f => File.ResolveLinkTarget(f, false)?.FullName));
        await shim.GoAsync();
        await shim.EmptyAsync();
        // The shell has the directory that it lists open while it lists it, as 3.
        Assert.Equal("0\n1\n2\n3\n/dev/null\n", shim.Output);
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task Program_Starts_InItsOwnSessionAndDumpable()
    {
        using ShimUnderTest shim = await ShimUnderTest.LaunchAsync(Trees.Specification(TestPrograms.Perl("describe"), cgroup: false));
        await shim.EmptyAsync();
        Assert.Equal("dumpable 1\nsession own\n", shim.Output);
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task Program_WithACgroup_IsInItFromItsFirstInstruction()
    {
        using ShimUnderTest shim = await ShimUnderTest.LaunchAsync(Trees.Specification(["/bin/cat", "/proc/self/cgroup"], cgroup: true));
        await shim.EmptyAsync();
        Assert.Contains("0::" + shim.Cgroup.Run[TestCgroup.Mount!.Length..], shim.Output.Split('\n'));
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task Program_ArgumentsAndEnvironment_ArriveUnchanged()
    {
        Specification specification = new()
        {
            Program = "/bin/sh",
            Argv = ["-odd name", "-c", "printf '%s|' \"$0\" \"$@\" \"$ODD\"; pwd", "zero", "", "a b\n\"'$x"],
            Environment = ["ODD=ü=1\n"],
            Directory = "/usr/bin",
        };
        using ShimUnderTest shim = await ShimUnderTest.LaunchAsync(specification);
        await shim.EmptyAsync();
        Assert.Equal("zero||a b\n\"'$x|ü=1\n|/usr/bin\n", shim.Output);
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task Shim_WhileItHoldsARun_ShowsTheRunIdAndLetsNobodyLookIn()
    {
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification("sleeper", cgroup: false));
        Assert.Equal("workflow-lifecycle-shim run_5fbae44ab6f0\0", await File.ReadAllTextAsync($"/proc/{shim.Pid}/cmdline", TestContext.Current.CancellationToken));
        Assert.Equal("wl-shim\n", await File.ReadAllTextAsync($"/proc/{shim.Pid}/comm", TestContext.Current.CancellationToken));
        if (Native.EffectiveUserId() != 0) Assert.Throws<UnauthorizedAccessException>(() => Directory.GetFiles($"/proc/{shim.Pid}/fd"));
        await shim.EndAsync();
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S10")]
    public async Task Program_ExitsButAGrandchildHoldsItsOutput_ReadersSeeTheEndWithTheTree()
    {
        (int read, int write) = Native.Pipe();
        Specification specification = Trees.Specification(TestPrograms.Sh("sleep 60 & exit 0"), cgroup: false) with { LeftoverGraceMs = Specification.LeaveLeftovers };
        using ShimUnderTest shim = await ShimUnderTest.LaunchAsync(specification, new ShimOptions { Stdout = write });
        await shim.Host.EventAsync(MessageType.Exit);
        await shim.EndAsync();
        Assert.Equal(0, await Task.Run(() => Native.Read(read, new byte[16])));
        Native.Close(read);
        await shim.ReleaseAsync();
    }

    private static string OwnUmask() =>
        File.ReadLines("/proc/self/status").Single(l => l.StartsWith("Umask:", StringComparison.Ordinal)).Split('\t')[1];
}
