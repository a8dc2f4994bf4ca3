namespace WorkflowLifecycle.Shim.Tests;

/// <summary>A PID namespace changes who is seen, not how a run is held, and the kernel ends with it whom nobody finds.</summary>
public sealed class PidNamespaceTests
{
    [Theory(Timeout = 30_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Program_IsNotPid1_AndSeesOnlyItsOwn(bool cgroup)
    {
        using ShimUnderTest shim = await ShimUnderTest.LaunchAsync(Base(cgroup) with
        {
            Argv = TestPrograms.Sh("echo $$ $PPID; cat /proc/1/comm; ls /proc | grep -c '^[0-9]'; kill -TERM 1; exit 7"),
        });
        Message exit = await shim.Host.EventAsync(MessageType.Exit);
        EmptyEvent empty = await shim.EmptyAsync();
        Assert.Equal((1u, 7), (exit.U32(0), exit.I32(4)));
        Assert.Equal(new EmptyEvent { Proof = cgroup ? 3u : 1u, Sigkills = 0, Leftovers = 0, Walkers = 0, EndedBy = 0 }, empty);
        Assert.Equal(["2 0", "wl-init"], shim.Output.Split('\n')[..2]);
        Assert.InRange(int.Parse(shim.Output.Split('\n')[2], System.Globalization.CultureInfo.InvariantCulture), 3, 4);
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task Started_NamesTheProgramAsSeenFromOutside()
    {
        using ShimUnderTest shim = ShimUnderTest.Start(Trees.Specification("sleeper", cgroup: true) with { Hardening = Hardenings.PidNamespace });
        await shim.Host.EventAsync(MessageType.Ready);
        Message started = await shim.GoAsync();
        Assert.Equal(MessageType.Started, started.Type);
        await ShimUnderTest.WaitForAsync(() => shim.Output.Length > 0, "the program");
        string[] status = await File.ReadAllLinesAsync($"/proc/{started.I32(0)}/status", TestContext.Current.CancellationToken);
        Assert.Contains($"NSpid:\t{started.I32(0)}\t2", status);
        Assert.Contains($"PPid:\t{shim.Pid}", status);
        Assert.Equal(1u, started.U32(4));
        await shim.EndAsync();
        await shim.ReleaseAsync();
    }

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(EveryTree))]
    public async Task End_EveryTree_LeavesNobody(string tree, bool cgroup)
    {
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification(tree, cgroup) with { Hardening = Hardenings.PidNamespace });
        EmptyEvent empty = await shim.EndAsync();
        Assert.Equal((cgroup ? 3u : 1u, 1u), (empty.Proof, empty.EndedBy));
        Assert.True(empty.Sigkills >= 1);
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task Program_WalksOutOfTheCgroupAndOrphansItself_EndsWithTheNamespace()
    {
        HardeningTests.SkipUnlessRoot();
        string room = Directory.CreateTempSubdirectory("shim-attack-").FullName;
        using (ShimUnderTest shim = await Attack.LaunchAsync(Base(cgroup: true), room))
        {
            Attack.Tell(room, $"leave={shim.Cgroup.Elsewhere}/cgroup.procs", "stay");
            await ShimUnderTest.WaitForAsync(() => shim.Output == "leave open\n", "the program to leave its cgroup", 10_000, () => shim.Output);
            EmptyEvent empty = await shim.EndAsync();
            Assert.Equal(3u, empty.Proof);
            await shim.ReleaseAsync();
        }

        Directory.Delete(room, recursive: true);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Shim_IsKilled_TheKernelEndsTheTree(bool cgroup)
    {
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification("daemons", cgroup) with { Hardening = Hardenings.PidNamespace });
        Native.Kill(shim.Pid, Native.SIGKILL);
        await ShimUnderTest.WaitForAsync(shim.TryReap, "the shim to die");
        await shim.NobodyIsLeftAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task Program_CannotNameItsHolder()
    {
        string[] answers = await Attack.RunAsync(Base(cgroup: false), shim => [$"signal={shim.Pid}", $"trace={shim.Pid}", $"enter={shim.Pid}", "kill=1", "trace=1"]);
        Assert.Equal(["signal closed 3", "trace closed 2", "enter closed 1", "kill open", "trace open"], answers);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RootExits_Leftovers_AreEndedWithoutSigkill(bool cgroup)
    {
        using ShimUnderTest shim = await ShimUnderTest.LaunchAsync(
            Trees.Specification(TestPrograms.Sh("sleep 60 & sleep 60 & sleep 60 & exit 2"), cgroup) with { LeftoverGraceMs = 10_000, Hardening = Hardenings.PidNamespace });
        EmptyEvent empty = await shim.EmptyAsync();
        Assert.Equal((3u, 0u, 3u), (empty.Leftovers, empty.Sigkills, empty.EndedBy));
        await shim.ReleaseAsync();
        Assert.Equal("2", shim.Record("exit")["status"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task RootExits_LeftoversAreLeftAlone_EndByThemselves()
    {
        using ShimUnderTest shim = await ShimUnderTest.LaunchAsync(Trees.Specification(TestPrograms.Sh("sleep 0.6 & exit 0"), cgroup: false) with
        {
            LeftoverGraceMs = Specification.LeaveLeftovers,
            Hardening = Hardenings.PidNamespace,
        });
        EmptyEvent empty = await shim.EmptyAsync();
        Assert.Equal((1u, 0u, 0u), (empty.Leftovers, empty.Sigkills, empty.EndedBy));
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task Signal_ToTheTree_DoesNotCountTheInit()
    {
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification(TestPrograms.Sh("trap 'kill $!; exit 5' TERM; sleep 60 & sleep 0.3; echo ready; wait"), cgroup: true) with { Hardening = Hardenings.PidNamespace });
        Message answer = await shim.Host.RequestAsync(MessageType.Signal, Message.Numbers(15, 1, 5000));
        Assert.Equal((2u, 0u), (answer.U32(0), answer.U32(4)));
        Message exit = await shim.Host.EventAsync(MessageType.Exit);
        Assert.Equal((1u, 5), (exit.U32(0), exit.I32(4)));
        Assert.Equal(0u, (await shim.EmptyAsync()).Sigkills);
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task End_WhileItIsFrozen_LeavesNobody()
    {
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification("daemons", cgroup: true) with { Hardening = Hardenings.PidNamespace | Hardenings.Landlock });
        Assert.Equal(MessageType.Done, (await shim.Host.RequestAsync(MessageType.Freeze, Message.Numbers(2_000))).Type);
        await ShimUnderTest.WaitForAsync(
            () => File.ReadAllText(Path.Combine(shim.Cgroup.Run, "cgroup.events")).Contains("frozen 1", StringComparison.Ordinal), "the tree to freeze");
        Assert.Equal(3u, (await shim.EndAsync()).Proof);
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task Output_ToFilesOfAHardenedRun_IsWrittenByTheShim()
    {
        Specification specification = new() { Argv = TestPrograms.Sh("echo to the file"), Flags = LaunchFlags.OutputFiles, Hardening = Hardenings.PidNamespace | Hardenings.Landlock };
        using ShimUnderTest shim = await ShimUnderTest.LaunchAsync(specification);
        await shim.EmptyAsync();
        Assert.Equal("to the file\n", shim.File("stdout.log"));
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task Go_ProgramIsMissing_FailsAtExecAndLeavesNobody()
    {
        using ShimUnderTest shim = ShimUnderTest.Start(new Specification { Argv = ["/no/such/program"], Flags = LaunchFlags.Cgroup, Hardening = Hardenings.PidNamespace });
        await shim.Host.EventAsync(MessageType.Ready);
        Message answer = await shim.GoAsync();
        Assert.Equal((MessageType.Failed, Stage.Exec, 2), (answer.Type, (Stage)answer.U32(0), answer.I32(4)));
        await shim.LeftAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task Go_OnAnOldKernel_WorksToo()
    {
        using ShimUnderTest shim = await Trees.LaunchAsync(
            Trees.Specification("daemons", cgroup: true) with { Hardening = Hardenings.PidNamespace }, new ShimOptions { Binary = ShimBinary.OnOldKernel });
        Assert.Equal(3u, (await shim.EndAsync()).Proof);
        await shim.ReleaseAsync();
    }

    public static TheoryData<string, bool> EveryTree()
    {
        TheoryData<string, bool> data = [];
        foreach (string tree in Trees.Names)
        {
            data.Add(tree, false);
            data.Add(tree, true);
        }

        return data;
    }

    private static Specification Base(bool cgroup) =>
        new() { Flags = LaunchFlags.HostPidfd | (cgroup ? LaunchFlags.Cgroup : 0), Hardening = Hardenings.PidNamespace };
}
