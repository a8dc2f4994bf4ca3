using System.Buffers.Binary;
using System.Text;
using WorkflowLifecycle.Processes.Linux.Shim;

namespace WorkflowLifecycle.Processes.Tests.Shim;

/// <summary>The layout of Shim/PROTOCOL.md, part 2.</summary>
public sealed class ShimSpecificationTests
{
    private static readonly ContainmentSpec _spec = new()
    {
        RunId = RunId.Parse("run_1"),
        InternalId = new string('a', 32),
        Program = "/bin/é",
        Arguments = ["é", "", "two words"],
        WorkingDirectory = "/tmp",
        Environment = new Dictionary<string, string> { ["A"] = "1", ["EMPTY"] = "" },
        LeftoverGrace = TimeSpan.FromMilliseconds(2000.9),
        OutputFileCap = 0x0102030405060708,
        OutputFilesKept = 3,
    };

    private static uint At(byte[] bytes, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(offset));

    [Fact]
    public void Write_Specification_IsTheProtocolByteByByte()
    {
        byte[] strings = Encoding.UTF8.GetBytes("/bin/é\0/tmp\0é\0\0two words\0NOTIFY_SOCKET=/r/notify\0WORKFLOW_LIFECYCLE_CRITICAL=/r/critical\0WORKFLOW_LIFECYCLE_SHARED_MEMORY=wfl-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\0A=1\0EMPTY=\0");
        byte[] expected =
        [
            0x57, 0x4C, 0x53, 0x31,
            1, 0, 0, 0,
            7, 0, 0, 0,
            64, 0, 0, 0,
            (byte)(64 + strings.Length), 0, 0, 0,
            3, 0, 0, 0,
            5, 0, 0, 0,
            0xD0, 0x07, 0, 0,
            8, 7, 6, 5, 4, 3, 2, 1,
            3, 0, 0, 0,
            0, 0, 0, 0,
            0, 0, 0, 0, 0, 0, 0, 0,
            0, 0, 0, 0, 0, 0, 0, 0,
            .. strings,
        ];

        Assert.Equal(expected, ShimSpecification.Write(_spec, hasHostPidfd: true, hasCgroup: true, "/r/notify", "/r/critical"));
    }

    [Theory]
    [InlineData(false, false, OnHostExit.Keep, OutputMode.Capture, 0)]
    [InlineData(true, false, OnHostExit.Keep, OutputMode.Discard, 1)]
    [InlineData(false, true, OnHostExit.Keep, OutputMode.Capture, 2)]
    [InlineData(false, false, OnHostExit.Kill, OutputMode.Capture, 4)]
    [InlineData(false, false, OnHostExit.Keep, OutputMode.Files, 8)]
    [InlineData(true, true, OnHostExit.Kill, OutputMode.Files, 15)]
    public void Write_Flags_AreThoseOfTheProtocol(bool pidfd, bool cgroup, OnHostExit onHostExit, OutputMode output, uint expected) =>
        Assert.Equal(expected, At(ShimSpecification.Write(_spec with { OnHostExit = onHostExit, Output = output }, pidfd, cgroup, "/n", "/c"), 8));

    [Fact]
    public void Write_VariablesThatAreOurs_ReplaceThoseOfTheEnvironment()
    {
        Dictionary<string, string> environment = new() { ["NOTIFY_SOCKET"] = "/run/systemd/notify", ["WORKFLOW_LIFECYCLE_CRITICAL"] = "/of/another/run", ["WORKFLOW_LIFECYCLE_SHARED_MEMORY"] = "of-another-run", ["A"] = "1" };

        byte[] bytes = ShimSpecification.Write(_spec with { Environment = environment }, false, false, "/ours", "/own");

        string text = Encoding.UTF8.GetString(bytes);
        Assert.Contains("NOTIFY_SOCKET=/ours\0WORKFLOW_LIFECYCLE_CRITICAL=/own\0WORKFLOW_LIFECYCLE_SHARED_MEMORY=wfl-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\0", text, StringComparison.Ordinal);
        Assert.DoesNotContain("systemd", text, StringComparison.Ordinal);
        Assert.DoesNotContain("of-another-run", text, StringComparison.Ordinal);
        Assert.Equal(4u, At(bytes, 24));
    }

    [Fact]
    public void Write_LongestGrace_IsNotTheValueThatMeansForEver() =>
        Assert.Equal(0xFFFFFFFE, At(ShimSpecification.Write(_spec with { LeftoverGrace = TimeSpan.FromDays(1000) }, false, false, "/n", "/c"), 28));

    [Fact]
    public void Write_GraceWithoutEnd_LeavesLeftoversAlone() =>
        Assert.Equal(0xFFFFFFFF, At(ShimSpecification.Write(_spec with { LeftoverGrace = Timeout.InfiniteTimeSpan }, false, false, "/n", "/c"), 28));

    [Fact]
    public void Write_Hardened_HasAMagicNumberThatOlderShimsRefuse()
    {
        byte[] bytes = ShimSpecification.Write(_spec with { Hardening = Hardening.Landlock | Hardening.PidNamespace }, false, false, "/n", "/c");

        Assert.Equal((0x32534C57u, 6u, 0x0002_0001u), (At(bytes, 0), At(bytes, 48), At(bytes, 52)));
    }
}
