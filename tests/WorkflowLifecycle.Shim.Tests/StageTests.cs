namespace WorkflowLifecycle.Shim.Tests;

public sealed class StageTests
{
    private const int ENOENT = 2, E2BIG = 7, EBADF = 9, EACCES = 13, ENODEV = 19, EISDIR = 21, EINVAL = 22, ENOEXEC = 8, EADDRINUSE = 98;

    [Theory(Timeout = 30_000)]
    [InlineData("missing", ENOENT)]
    [InlineData("not-executable", EACCES)]
    [InlineData("not-a-program", ENOEXEC)]
    [InlineData("a-directory", EACCES)]
    public async Task Go_ProgramCannotBeExecuted_FailsAtExec(string what, int expected)
    {
        DirectoryInfo place = Directory.CreateTempSubdirectory("shim-programs-");
        string program = Path.Combine(place.FullName, what);
        if (what == "a-directory") Directory.CreateDirectory(program);
        else if (what != "missing") File.WriteAllBytes(program, [0, 1, 2, 3]);
        if (what == "not-a-program") Native.ChangeMode(program, 0x1ed);
        await FailsAfterGoAsync(new Specification { Argv = [program] }, Stage.Exec, expected);
        place.Delete(recursive: true);
    }

    [Fact(Timeout = 30_000)]
    public Task Go_WorkingDirectoryIsMissing_FailsAtChdir() =>
        FailsAfterGoAsync(new Specification { Directory = "/no/such/directory" }, Stage.Chdir, ENOENT);

    [Fact(Timeout = 30_000)]
    public Task Go_CgroupAndMissingProgram_FailsAtExec() =>
        FailsAfterGoAsync(new Specification { Argv = ["/no/such/program"], Flags = LaunchFlags.Cgroup }, Stage.Exec, ENOENT);

    [Fact(Timeout = 30_000)]
    public async Task Go_ArgumentsOfMoreThanAMegabyte_Runs()
    {
        string[] argv = ["/bin/sh", "-c", "echo $#", .. Enumerable.Repeat(new string('x', 100_000), 13)];
        using ShimUnderTest shim = await ShimUnderTest.LaunchAsync(new Specification { Argv = argv });
        await shim.EmptyAsync();
        Assert.Equal("12\n", shim.Output);
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 30_000)]
    public Task Go_ArgumentsOfThreeMegabytes_FailsAtExec() =>
        FailsAfterGoAsync(new Specification { Argv = ["/bin/true", .. Enumerable.Repeat(new string('x', 100_000), 30)] }, Stage.Exec, E2BIG);

    [Fact(Timeout = 30_000)]
    public async Task Start_CgroupDescriptorIsNoCgroup_FailsAtCgroup()
    {
        int descriptor = Native.Open("/tmp", Native.O_RDONLY | Native.O_DIRECTORY);
        await FailsBeforeReadyAsync(new Specification { Flags = LaunchFlags.Cgroup }, new ShimOptions { CgroupDescriptor = descriptor }, Stage.Cgroup, ENOENT);
    }

    [Fact(Timeout = 30_000)]
    public async Task Go_CgroupWasRemovedMeanwhile_FailsAtCgroup()
    {
        using ShimUnderTest shim = ShimUnderTest.Start(new Specification { Flags = LaunchFlags.Cgroup });
        await shim.Host.EventAsync(MessageType.Ready);
        Directory.Delete(shim.Cgroup.Run);
        Message answer = await shim.GoAsync();
        Directory.CreateDirectory(shim.Cgroup.Run);
        Assert.Equal((MessageType.Failed, Stage.Cgroup), (answer.Type, (Stage)answer.U32(0)));
        Assert.Contains(answer.I32(4), new[] { ENOENT, ENODEV });
        await shim.LeftAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task Go_CgroupWasKilledBefore_NeverReportsAProgramThatDidNotRun()
    {
        using ShimUnderTest shim = ShimUnderTest.Start(new Specification { Argv = TestPrograms.Sh("exit 5"), Flags = LaunchFlags.Cgroup });
        await shim.Host.EventAsync(MessageType.Ready);
        File.WriteAllText(Path.Combine(shim.Cgroup.Run, "cgroup.kill"), "1");
        Message answer = await shim.GoAsync();
        if (answer.Type == MessageType.Failed)
        {
            Assert.Equal((Stage.Cgroup, 125), ((Stage)answer.U32(0), answer.I32(4)));
            await shim.LeftAsync();
            return;
        }

        Message exit = await shim.Host.EventAsync(MessageType.Exit);
        Assert.Equal((1u, 5), (exit.U32(0), exit.I32(4)));
        await shim.EmptyAsync();
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task Start_HostPidfdIsNone_FailsAtSpec()
    {
        Specification specification = new();
        byte[] raw = specification.ToBytes();
        raw[8] |= (byte)LaunchFlags.HostPidfd;
        await FailsBeforeReadyAsync(specification, new ShimOptions { RawSpecification = raw }, Stage.Spec, EBADF);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(0, 0xFF)]
    [InlineData(4, 0)]
    [InlineData(12, 5)]
    [InlineData(16, 3)]
    [InlineData(20, 0)]
    [InlineData(20, 9)]
    [InlineData(24, 7)]
    [InlineData(64, (byte)'x')]
    [InlineData(74, (byte)'x')]
    public Task Start_SpecificationDoesNotAddUp_FailsAtSpec(int offset, byte value)
    {
        Specification specification = new() { Argv = ["/bin/true"] };
        byte[] raw = specification.ToBytes();
        raw[offset] = value;
        return FailsBeforeReadyAsync(specification, new ShimOptions { RawSpecification = raw }, Stage.Spec, EINVAL);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(0)]
    [InlineData(20)]
    [InlineData(63)]
    [InlineData(70)]
    public Task Start_SpecificationIsCut_FailsAtSpec(int length)
    {
        Specification specification = new() { Argv = ["/bin/true"] };
        return FailsBeforeReadyAsync(specification, new ShimOptions { RawSpecification = specification.ToBytes()[..length] }, Stage.Spec, EINVAL);
    }

    [Fact(Timeout = 30_000)]
    public async Task Start_SocketNameIsTaken_FailsAtSocketAndLeavesTheOtherAlone()
    {
        string directory = Directory.CreateTempSubdirectory("shim-test-").FullName;
        await File.WriteAllTextAsync(Path.Combine(directory, "ctl"), "", TestContext.Current.CancellationToken);
        using ShimUnderTest shim = ShimUnderTest.Start(new Specification(), new ShimOptions { RunDirectory = directory });
        Message failed = await shim.Host.EventAsync(MessageType.Failed);
        Assert.Equal((Stage.Socket, EADDRINUSE), ((Stage)failed.U32(0), failed.I32(4)));
        await ShimUnderTest.WaitForAsync(shim.TryReap, "the shim to leave");
        Assert.True(shim.Has("ctl"));
        Assert.False(shim.Has("notify"));
    }

    [Fact(Timeout = 30_000)]
    public async Task Start_OutputFileCannotBeOpened_FailsAtOutput()
    {
        string directory = Directory.CreateTempSubdirectory("shim-test-").FullName;
        Directory.CreateDirectory(Path.Combine(directory, "stderr.log"));
        await FailsBeforeReadyAsync(new Specification { Flags = LaunchFlags.OutputFiles }, new ShimOptions { RunDirectory = directory }, Stage.Output, EISDIR);
    }

    private static async Task FailsBeforeReadyAsync(Specification specification, ShimOptions options, Stage stage, int error)
    {
        using ShimUnderTest shim = ShimUnderTest.Start(specification, options);
        Message failed = Assert.IsType<Message>(shim.Host.Next());
        Assert.Equal((MessageType.Failed, stage, error), (failed.Type, (Stage)failed.U32(0), failed.I32(4)));
        await shim.LeftAsync();
    }

    private static async Task FailsAfterGoAsync(Specification specification, Stage stage, int error)
    {
        using ShimUnderTest shim = ShimUnderTest.Start(specification);
        await shim.Host.EventAsync(MessageType.Ready);
        Message failed = await shim.GoAsync();
        Assert.Equal((MessageType.Failed, stage, error), (failed.Type, (Stage)failed.U32(0), failed.I32(4)));
        Assert.Null(shim.Host.Next());
        await shim.LeftAsync();
        Assert.Contains($" failed stage={(int)stage} errno={error}\n", shim.File("journal"), StringComparison.Ordinal);
    }
}
