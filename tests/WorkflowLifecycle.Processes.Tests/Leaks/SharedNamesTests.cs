using WorkflowLifecycle.Processes.Linux.Leaks;

namespace WorkflowLifecycle.Processes.Tests.Leaks;

public sealed class SharedNamesTests
{
    private static CgroupNames Names(params string[] near) => new(new HashSet<string>(near.Select(name => new string(name)), StringComparer.Ordinal), null);

    [Fact]
    public void Sharing_WithALookThatFoundTheSame_KeepsOneOfThem()
    {
        CgroupNames earlier = Names("a", "b");

        Assert.Same(earlier.Near, Names("b", "a").Sharing(earlier).Near);
    }

    [Fact]
    public void Sharing_WithALookThatFoundLess_KeepsEachNameOnce()
    {
        CgroupNames earlier = Names("a", "b");
        CgroupNames shared = new CgroupNames(new HashSet<string> { new(['b']), new(['c']) }, null).Sharing(earlier);

        Assert.Equal(["b", "c"], shared.Near.Order());
        Assert.Same(earlier.Near.Single(name => name == "b"), shared.Near.Single(name => name == "b"));
    }

    [Fact]
    public void Take_WithoutTheMachine_KeepsNoneOfItsNames()
    {
        HostSnapshot snapshot = HostSnapshot.Take(withMachine: false);

        Assert.Null(snapshot.Temp);
        Assert.Empty(snapshot.SharedMemory);
    }
}
