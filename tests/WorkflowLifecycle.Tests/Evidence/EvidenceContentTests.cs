using System.Security.Cryptography;
using WorkflowLifecycle.Evidence;

namespace WorkflowLifecycle.Tests.Evidence;

/// <summary>Evidence as it lies in the store.</summary>
public sealed class EvidenceContentTests
{
    private static RunEvidence Evidence(int processes, int bytesEach) => new()
    {
        RunId = RunId.Parse("run_1"),
        KillId = KillId.New(TimeProvider.System),
        TakenAt = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        Cut = ["files"],
        Processes = [.. Enumerable.Range(1, processes).Select(pid => new ProcessEvidence
        {
            Pid = pid,
            State = 'D',
            CommandLine = Convert.ToHexString(RandomNumberGenerator.GetBytes(bytesEach)),
            Files = [Convert.ToHexString(RandomNumberGenerator.GetBytes(bytesEach))],
            Sockets = [new SocketEvidence { Descriptor = 3, Protocol = "tcp" }],
        })],
        Output = [new EvidenceOutput { Stream = OutputStream.Error, Lines = ["one"] }],
    };

    [Fact]
    public void Pack_AndBack_IsTheSame()
    {
        RunEvidence evidence = Evidence(2, 10);

        RunEvidence read = EvidenceContent.Unpack(EvidenceContent.Pack(evidence))!;

        Assert.Equivalent(evidence, read, strict: true);
        Assert.True(read.Truncated);
    }

    [Fact]
    public void Pack_TooLarge_LosesDetailsBeforeProcessesAndSaysSo()
    {
        ReadOnlyMemory<byte> packed = EvidenceContent.Pack(Evidence(100, 8_000));

        Assert.InRange(packed.Length, 1, EvidenceContent.Limit);
        RunEvidence read = EvidenceContent.Unpack(packed)!;
        Assert.Equal(["files", "room"], read.Cut);
        Assert.Equal(100, read.Processes.Count);
        Assert.All(read.Processes, process => Assert.Empty(process.Files));
    }

    [Fact]
    public void Pack_FarTooLarge_KeepsTheFirstProcesses()
    {
        ReadOnlyMemory<byte> packed = EvidenceContent.Pack(Evidence(400, 8_000));

        Assert.InRange(packed.Length, 1, EvidenceContent.Limit);
        Assert.Equal(1, EvidenceContent.Unpack(packed)!.Processes[0].Pid);
        Assert.InRange(EvidenceContent.Unpack(packed)!.Processes.Count, 50, 200);
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("0B028037627265616B03")]
    public void Unpack_OfSomethingElse_IsNothing(string content) => Assert.Null(EvidenceContent.Unpack(Convert.FromHexString(content)));
}
