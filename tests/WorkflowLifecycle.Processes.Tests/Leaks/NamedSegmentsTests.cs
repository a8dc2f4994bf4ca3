using WorkflowLifecycle.Processes.Linux.Cleaning.SharedMemory;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Leaks;

/// <summary>What is left below /dev/shm with the name of some run.</summary>
public sealed class NamedSegmentsTests : IDisposable
{
    private const long Stranger = 4711;

    private readonly string _id = Guid.NewGuid().ToString("N");

    private string PathOfSegment => $"/dev/shm/wfl-{_id}-left";

    [Fact(Timeout = 60_000)]
    public async Task Remove_WhatSomebodyHas_IsLeftUntilHeLetsGo()
    {
        using Child holder = await Python.StartAsync("import sys\nheld = open(sys.argv[1], 'w')", PathOfSegment);

        string? held = NamedSegments.Remove(PathOfSegment, Libc.EffectiveUserId(), TimeProvider.System);
        bool isThere = File.Exists(PathOfSegment);
        holder.End();
        await holder.WaitAsync();

        Assert.Equal(("somebody has it", true), (held, isThere));
        Assert.Null(NamedSegments.Remove(PathOfSegment, Libc.EffectiveUserId(), TimeProvider.System));
        Assert.False(File.Exists(PathOfSegment));
        Assert.Null(NamedSegments.Remove(PathOfSegment, Libc.EffectiveUserId(), TimeProvider.System));
    }

    [Fact(Timeout = 60_000)]
    public void Remove_WhatAnotherUserMade_IsLeftAndNotEvenFound()
    {
        File.WriteAllText(PathOfSegment, string.Empty);
        if (!LinuxUser.IsRoot)
        {
            Assert.Skip("Only root gives a file away.");
        }

        using (System.Diagnostics.Process give = System.Diagnostics.Process.Start("chown", [$"{Stranger}", PathOfSegment]))
        {
            give.WaitForExit();
        }

        Assert.Equal([PathOfSegment], NamedSegments.Find(Stranger)[_id]);
        Assert.Empty(NamedSegments.Find(Libc.EffectiveUserId())[_id]);
        Assert.Equal("it belongs to another user", NamedSegments.Remove(PathOfSegment, Libc.EffectiveUserId(), TimeProvider.System));
        Assert.True(File.Exists(PathOfSegment));
    }

    public void Dispose() => File.Delete(PathOfSegment);
}
