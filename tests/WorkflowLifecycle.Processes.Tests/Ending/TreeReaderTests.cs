using System.Globalization;
using Microsoft.Extensions.Time.Testing;
using WorkflowLifecycle.Processes.Linux.Cgroups;
using WorkflowLifecycle.Processes.Linux.Ending;
using WorkflowLifecycle.Processes.Linux.Proc;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Ending;

public sealed class TreeReaderTests
{
    // The outer shell plays the shim: the tree is what descends from it.
    private const string Tree = "sh -c 'sleep 60 & sleep 60 & echo $$ $!; wait' & wait";

    [Fact(Timeout = 30_000)]
    public async Task Read_DescendantsOfAShim_AreListedRootFirst()
    {
        using Child shim = Child.Start("sh", "-c", Tree);
        int[] pids = [.. (await shim.ReadLineAsync())!.Split(' ').Select(text => int.Parse(text, CultureInfo.InvariantCulture))];
        try
        {
            ProcessListing listing = new TreeReader(null, shim.Pid, rootPid: pids[1], TimeProvider.System).Read(InspectionDepth.Full, TimeSpan.FromSeconds(5), []);

            Assert.False(listing.Truncated);
            Assert.Equal(3, listing.Processes.Count);
            Assert.Equal((pids[1], "root"), (listing.Processes[0].Pid, listing.Processes[0].BelongsBecause));
            Assert.EndsWith("wait", listing.Processes.Single(process => process.Pid == pids[0]).CommandLine, StringComparison.Ordinal);
            Assert.All(listing.Processes.Skip(1), process => Assert.Equal("descendant", process.BelongsBecause));
            Assert.True(listing.Processes[1].Pid < listing.Processes[2].Pid);
            Assert.DoesNotContain(listing.Processes, process => process.Pid == shim.Pid);
        }
        finally
        {
            EndTree(shim);
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task Read_WithItsTimeUp_SaysThatItWasCutShort()
    {
        using Child shim = Child.Start("sh", "-c", Tree);
        await shim.ReadLineAsync();
        try
        {
            TimeSpan step = TimeSpan.FromMilliseconds(15);
            FakeTimeProvider time = new();
            TreeReader slow = new(null, shim.Pid, 0, time, _ =>
            {
                time.Advance(step);
                time.AutoAdvanceAmount = step;
            });

            ProcessListing listing = slow.Read(InspectionDepth.Shallow, TimeSpan.FromMilliseconds(20), []);

            Assert.True(listing.Truncated);
            Assert.Single(listing.Processes);
            Assert.Null(listing.Processes[0].CommandLine);
        }
        finally
        {
            EndTree(shim);
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task Read_WithItsTimeUpWhileItLists_SaysThatItWasCutShort()
    {
        using Child shim = Child.Start("sh", "-c", Tree);
        await shim.ReadLineAsync();
        try
        {
            FakeTimeProvider time = new() { AutoAdvanceAmount = TimeSpan.FromMilliseconds(15) };

            ProcessListing listing = new TreeReader(null, shim.Pid, 0, time).Read(InspectionDepth.Full, TimeSpan.FromMilliseconds(20), []);

            Assert.True(listing.Truncated);
        }
        finally
        {
            EndTree(shim);
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task Read_CgroupAndDescendants_SaysWhyEachBelongs()
    {
        string place = CgroupPlace.Require();
        using Child shim = Child.Start("sh", "-c", Tree);
        int inside = int.Parse((await shim.ReadLineAsync())!.Split(' ')[1], CultureInfo.InvariantCulture);
        using RunCgroup cgroup = RunCgroup.Create(place, "unit-" + Guid.NewGuid().ToString("N"));
        try
        {
            await File.WriteAllTextAsync(cgroup.Path + "/cgroup.procs", inside.ToString(CultureInfo.InvariantCulture));
            TreeReader reader = new(cgroup, shim.Pid, 0, TimeProvider.System);

            ProcessListing full = reader.Read(InspectionDepth.Full, TimeSpan.FromSeconds(5), []);
            ProcessListing shallow = reader.Read(InspectionDepth.Shallow, TimeSpan.FromSeconds(5), []);

            Assert.Equal(3, full.Processes.Count);
            Assert.Equal("cgroup", Assert.Single(full.Processes, process => process.Pid == inside).BelongsBecause);
            Assert.Equal([inside], shallow.Processes.Select(process => process.Pid));
        }
        finally
        {
            EndTree(shim);
            while (cgroup.IsPopulated() != false)
            {
                await Task.Delay(5, TestContext.Current.CancellationToken);
            }

            Assert.Null(cgroup.Remove());
        }
    }

    [Fact]
    public void Read_WithNeitherShimNorCgroup_IsEmpty() =>
        Assert.Empty(new TreeReader(null, 0, 0, TimeProvider.System).Read(InspectionDepth.Full, TimeSpan.FromSeconds(1), []).Processes);

    private static void EndTree(Child shim)
    {
        ProcessListing listing = new TreeReader(null, shim.Pid, 0, TimeProvider.System).Read(InspectionDepth.Full, TimeSpan.FromSeconds(5), []);
        Machine machine = Machine.Read();
        DirectSignals.Send(listing.Processes, new TreeMembership(null, machine.Identify(shim.Pid), machine), null, 19, 9);
    }
}
