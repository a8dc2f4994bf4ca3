using WorkflowLifecycle.Processes.Linux.Shim;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Shim;

public sealed class ShimRecordsTests : IDisposable
{
    private readonly TemporaryDirectory _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public void Records_ThatAreNotThere_AreNothing()
    {
        Assert.Null(ShimRecords.ReadExit(_run.Path));
        Assert.Null(ShimRecords.ReadEmpty(_run.Path));
    }

    [Fact]
    public void ReadExit_OfARecord_IsTheExit()
    {
        _run.Write("exit", "run=run_1\nhow=1\nstatus=42\nrealtime_ns=1\n");
        Assert.Equal(new ExitNotice(42, null), ShimRecords.ReadExit(_run.Path));

        _run.Write("exit", "how=2\nstatus=9\n");
        Assert.Equal(new ExitNotice(null, 9), ShimRecords.ReadExit(_run.Path));
    }

    [Fact]
    public void ReadEmpty_OfARecord_IsTheEndWithTheExit()
    {
        _run.Write("exit", "how=1\nstatus=0\n");
        _run.Write("empty", "run=run_1\nproof=3\nsigkills=4\nleftovers=5\nwalkers=6\nended_by=3\nnew=field\n");

        Assert.Equal(
            new EndNotice
            {
                Proof = EndProof.CgroupAndReaperEmpty,
                ForcedKills = 4,
                Leftovers = 5,
                Walkers = 6,
                Cause = EndCause.Leftovers,
                Exit = new ExitNotice(0, null),
            },
            ShimRecords.ReadEmpty(_run.Path));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n=\n=1\nproof\n")]
    [InlineData("how=1")]
    public void ReadEmpty_WithoutAProof_IsNothing(string content)
    {
        _run.Write("empty", content);
        Assert.Null(ShimRecords.ReadEmpty(_run.Path));
    }

    [Theory]
    [InlineData("proof=")]
    [InlineData("proof=-1")]
    [InlineData("proof=3x")]
    [InlineData("proof=99999999999999")]
    public void ReadEmpty_ProofThatIsNoNumber_ProvesNothing(string content)
    {
        _run.Write("empty", content);
        Assert.Equal(EndProof.None, ShimRecords.ReadEmpty(_run.Path)!.Proof);
    }
}
