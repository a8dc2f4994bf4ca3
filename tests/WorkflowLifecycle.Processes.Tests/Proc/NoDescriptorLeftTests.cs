using WorkflowLifecycle.Processes.Linux;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Proc;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Proc;

/// <summary>What is said of processes by a host that has no file descriptor left.</summary>
[Collection(nameof(AloneCollection))]
public sealed class NoDescriptorLeftTests
{
    [Fact]
    [Trait("Scenario", "S29")]
    public void Look_WithoutAFreeDescriptor_IsUnknownAndNeverGone()
    {
        Machine machine = Machine.Read();
        ProcessIdentity self = machine.Identify(Environment.ProcessId)!;
        ProcessPresence seen;
        using (DescriptorLimit.Exhausted())
        {
            seen = machine.Look(self);
        }

        Assert.Equal(ProcessPresence.Unknown, seen);
        Assert.Equal(ProcessPresence.Present, machine.Look(self));
    }

    [Fact(Timeout = 60_000)]
    [Trait("Scenario", "S29")]
    public async Task Look_WithTheReserveAlone_IsPresent()
    {
        DescriptorReserve.Fill();
        Machine machine = Machine.Read();
        using Child child = Child.Sleeping();
        ProcessIdentity identity = machine.Identify(child.Pid)!;
        using (new FullDescriptorTable())
        {
            Assert.Equal(ProcessPresence.Present, machine.Look(identity));
            Assert.Equal(ProcessPresence.Gone, machine.Look(identity with { StartTicks = identity.StartTicks - 1 }));
            Assert.True(machine.Signal(identity, Libc.SignalKill));
        }

        await child.WaitAsync();
    }

    [Theory(Timeout = 60_000)]
    [Trait("Scenario", "S29")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Kill_WithTheReserveAlone_IsProven(bool withCgroup)
    {
        using TemporaryDirectory place = new();
        LinuxPlatform platform = new(new ContainmentSettings { RuntimeDirectory = place.Path, WithoutCgroups = !withCgroup }, TimeProvider.System);
        string internalId = Guid.NewGuid().ToString("N");
        ContainmentSpec spec = platform.Resolve(new ContainmentSpec
        {
            RunId = RunId.Parse("run_" + internalId[..12]),
            InternalId = internalId,
            Program = "sleep",
            Arguments = ["sleep", "60"],
            WorkingDirectory = "/",
            Environment = new Dictionary<string, string>(),
            Output = OutputMode.Discard,
            OutputFileCap = 1,
            OutputFilesKept = 1,
        });
        await using IPreparedRun prepared = await platform.PrepareAsync(spec);
        await using IHeldRun held = await prepared.GoAsync();
        RunRecord run = new()
        {
            RunId = spec.RunId,
            InternalId = internalId,
            State = RunState.Running,
            LaunchedBy = platform.User.Subject,
            Program = spec.Program,
            WorkingDirectory = spec.WorkingDirectory,
            Host = platform.Self,
            CreatedAt = default,
            Root = held.Root,
            Containment = prepared.Containment,
        };
        using (new FullDescriptorTable())
        {
            Assert.Null(platform.FindOwnInside(run.Containment));
            await using IContainment containment = platform.Open(run);
            using IDisposable? killLock = await containment.LockAsync();
            await containment.ConnectAsync();
            Assert.NotNull(killLock);
            Assert.Equal(prepared.Containment.Strength, containment.Strength);
            Assert.Equal(held.Root.Pid, Assert.Single(containment.Inspect(InspectionDepth.Full, TimeSpan.FromSeconds(5)).Processes).Pid);

            await containment.EndAsync(KillId.New(TimeProvider.System));
            EndNotice end = (await containment.WaitForEndAsync())!;

            Assert.Equal(run.Containment.CgroupPath is null ? EndProof.ReaperEmpty : EndProof.CgroupAndReaperEmpty, end.Proof);
        }

        await using IContainment cleaned = platform.Open(run);
        await cleaned.ConnectAsync();
        Assert.All(await cleaned.CleanAsync(keepOutput: false), line => Assert.Empty(line.Remaining));
    }
}
