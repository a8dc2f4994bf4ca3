using Xunit;

namespace WorkflowLifecycle.Testing.Conformance;

/// <content>The stream of events.</content>
public abstract partial class ProcessStoreConformance
{
    /// <summary>An empty store stands at 0.</summary>
    [Fact]
    public async Task Events_EmptyStore_StandsAtZero()
    {
        Assert.Equal(new EventCursor(0), await Store.ReadLastCursorAsync(Aborted));
        Assert.Empty(await EventsAsync());
    }

    /// <summary>Events come in the order of their commits, with cursors that rise; what the caller put for a cursor is ignored.</summary>
    [Fact]
    public async Task Events_SeveralCommits_ComeInOrder()
    {
        RunId run = RunId.New();
        for (int i = 0; i < 5; i++)
        {
            await WriteAsync(new StoreCommit
            {
                Events = [Sample.Event(run, "a", $"{i}") with { Cursor = new EventCursor(99) }, Sample.Event(run, "b", $"{i}")],
            });
        }

        IReadOnlyList<RunEvent> events = await EventsAsync();

        Assert.Equal(["0a", "0b", "1a", "1b", "2a", "2b", "3a", "3b", "4a", "4b"], events.Select(happened => happened.Message + happened.Kind));
        Assert.Equal(events.OrderBy(happened => happened.Cursor.Position), events);
        Assert.Equal(10, events.Select(happened => happened.Cursor).Distinct().Count());
        Assert.All(events, happened => Assert.True(happened.Cursor.Position > 0));
        Assert.Equal(events[^1].Cursor, await Store.ReadLastCursorAsync(Aborted));
        Assert.Equivalent(Sample.Event(run, "a", "0") with { Cursor = events[0].Cursor }, events[0], strict: true);
    }

    /// <summary>Reading goes on after a cursor, by pages.</summary>
    [Fact]
    public async Task Events_ByPages_GoOnAfterTheCursor()
    {
        RunId run = RunId.New();
        await WriteAsync(new StoreCommit { Events = [.. Enumerable.Range(0, 7).Select(i => Sample.Event(run, "kind", $"{i}"))] });

        List<string?> read = [];
        EventCursor cursor = default;
        while (await Store.ReadEventsAsync(cursor, 3, Aborted) is { Count: > 0 } page)
        {
            Assert.True(page.Count <= 3);
            read.AddRange(page.Select(happened => happened.Message));
            cursor = page[^1].Cursor;
        }

        Assert.Equal(["0", "1", "2", "3", "4", "5", "6"], read);
        Assert.Empty(await Store.ReadEventsAsync(new EventCursor(long.MaxValue), 3, Aborted));
    }

    /// <summary>A limit or a cursor out of range is refused.</summary>
    [Fact]
    public async Task Events_OutOfRange_AreRefused()
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Store.ReadEventsAsync(default, 0, Aborted));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Store.ReadEventsAsync(new EventCursor(-1), 1, Aborted));
    }

    /// <summary>A state that this version does not know is kept in events too.</summary>
    [Fact]
    [Trait("Scenario", "S54")]
    public async Task Events_UnknownState_IsKept()
    {
        RunState unknown = new("Hibernating");

        await WriteAsync(new StoreCommit { Events = [Sample.Event(RunId.New()) with { State = unknown }] });

        Assert.Equal(unknown, Assert.Single(await EventsAsync()).State);
    }
}
