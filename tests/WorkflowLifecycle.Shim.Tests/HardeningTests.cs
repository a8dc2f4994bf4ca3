namespace WorkflowLifecycle.Shim.Tests;

/// <summary>What is asked for is in force, or nothing runs.</summary>
public sealed class HardeningTests
{
    private const int EPERM = 1, EINVAL = 22, ENOSYS = 38, ENOTSUP = 95;

    private static int UnshareCall => System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? 97 : 272;

    [Theory(Timeout = 30_000)]
    [InlineData(Hardenings.NoNewPrivileges, Specification.PlainMagic, EINVAL)]
    [InlineData(Hardenings.None, Specification.HardenedMagic, EINVAL)]
    [InlineData((Hardenings)8, Specification.HardenedMagic, ENOTSUP)]
    public async Task Start_HardeningThatIsNotUnderstood_IsRefused(Hardenings hardening, uint magic, int errno) =>
        await FailsBeforeReadyAsync(new Specification { Hardening = hardening, Magic = magic }, new ShimOptions(), Stage.Spec, errno);

    [Fact(Timeout = 30_000)]
    public async Task Start_KernelWithoutLandlock_IsRefusedBeforeReady() =>
        await FailsBeforeReadyAsync(new Specification { Hardening = Hardenings.Landlock }, new ShimOptions { Binary = ShimBinary.OnOldKernel }, Stage.Landlock, ENOSYS);

    [Fact(Timeout = 30_000)]
    public async Task Go_NoNamespaceToBeHad_FailsAndNothingRan()
    {
        Specification specification = new() { Argv = TestPrograms.Sh("echo ran"), Hardening = Hardenings.PidNamespace };
        using ShimUnderTest shim = ShimUnderTest.Start(specification, new ShimOptions { Binary = ShimBinary.Refusing(UnshareCall, EPERM) });
        await shim.Host.EventAsync(MessageType.Ready);
        Message answer = await shim.GoAsync();
        Assert.Equal((MessageType.Failed, Stage.PidNamespace, EPERM), (answer.Type, (Stage)answer.U32(0), answer.I32(4)));
        await shim.LeftAsync();
        Assert.Equal("", shim.Output);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(Hardenings.None, Hardenings.None)]
    [InlineData(Hardenings.NoNewPrivileges, Hardenings.NoNewPrivileges)]
    [InlineData(Hardenings.PidNamespace, Hardenings.PidNamespace | Hardenings.RunDirectoryHidden)]
    [InlineData(Hardenings.Landlock, Hardenings.Landlock | Hardenings.RunDirectoryHidden)]
    public async Task Ready_SaysWhatWillBeInForce(Hardenings asked, Hardenings expected)
    {
        SkipUnlessRoot();
        using ShimUnderTest shim = ShimUnderTest.Start(new Specification { Hardening = asked });
        Message ready = await shim.Host.EventAsync(MessageType.Ready);
        Assert.Equal((shim.Pid, expected), (ready.I32(0), (Hardenings)ready.U32(4)));
        Assert.Equal(asked.HasFlag(Hardenings.Landlock), ready.U32(8) >= 2);
        Assert.Equal(MessageType.Started, (await shim.GoAsync()).Type);
        await shim.EmptyAsync();
        await shim.ReleaseAsync();
    }

    [Theory(Timeout = 30_000)]
    [InlineData(Hardenings.None, "0")]
    [InlineData(Hardenings.NoNewPrivileges, "1")]
    public async Task Program_NoNewPrivileges_IsSetForItAndItsChildren(Hardenings hardening, string expected)
    {
        using ShimUnderTest shim = await ShimUnderTest.LaunchAsync(new Specification { Argv = TestPrograms.Sh("grep NoNewPrivs /proc/self/status"), Hardening = hardening });
        await shim.EmptyAsync();
        Assert.Equal($"NoNewPrivs:\t{expected}\n", shim.Output);
        await shim.ReleaseAsync();
    }

    internal static void SkipUnlessRoot() => Assert.SkipUnless(Native.EffectiveUserId() == 0, "Mounting for the program takes root.");

    private static async Task FailsBeforeReadyAsync(Specification specification, ShimOptions options, Stage stage, int errno)
    {
        using ShimUnderTest shim = ShimUnderTest.Start(specification, options);
        Message answer = shim.Host.Next() ?? throw new InvalidOperationException("The shim left without a word.");
        Assert.Equal((MessageType.Failed, stage, errno), (answer.Type, (Stage)answer.U32(0), answer.I32(4)));
        await shim.LeftAsync();
    }
}
