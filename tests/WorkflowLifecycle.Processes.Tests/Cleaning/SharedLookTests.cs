using WorkflowLifecycle.Processes.Linux.Cleaning;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Cleaning;

/// <summary>One look at the machine for all runs that are looked at in the same moments.</summary>
public sealed class SharedLookTests
{
    private readonly SteppingTime _time = new(TimeSpan.FromMilliseconds(1));
    private readonly RunContexts _run = new(TimeProvider.System.GetUtcNow());
    private int _taken;

    private SharedLook<string> Shared => field ??= new SharedLook<string>(_time, time => time.IsUp() ? null : $"look {++_taken}");

    private LookTime Patient => new(_run.Running([]), _time, TestContext.Current.CancellationToken);

    [Fact]
    public void NotOlderThan_SoonAfterAnother_IsTheSame()
    {
        string? first = Shared.NotOlderThan(TimeSpan.FromSeconds(1), Patient);

        Assert.Same(first, Shared.NotOlderThan(TimeSpan.FromSeconds(1), Patient));
        Assert.Equal("look 2", Shared.NotOlderThan(TimeSpan.Zero, Patient));
    }

    [Fact]
    public void Since_BeforeAnotherWasBegun_IsThatOne()
    {
        LookTime waiting = Patient;
        string? first = Shared.Since(_time.GetTimestamp(), Patient);

        Assert.Same(first, Shared.Since(waiting.Started, waiting));
        Assert.Equal("look 2", Shared.Since(_time.GetTimestamp(), Patient));
    }

    [Fact]
    public void Seeing_WhatIsNewerThanTheLastLook_TakesAnother()
    {
        _ = Shared.NotOlderThan(TimeSpan.FromSeconds(1), Patient);

        Assert.Equal("look 2", Shared.Seeing(look => look == "look 2", _time.GetTimestamp(), Patient));
        Assert.Equal("look 2", Shared.Seeing(look => look == "look 2", _time.GetTimestamp(), Patient));
        Assert.Null(Shared.Seeing(look => look == "never", _time.GetTimestamp(), Patient));
    }

    [Fact]
    public void Since_InAnEmergencyWhoseTimeIsUp_IsNone()
    {
        LookTime hurried = new(_run.Emergency([]), _time, TestContext.Current.CancellationToken);
        for (int i = 0; i < 20; i++)
        {
            _ = hurried.IsUp();
        }

        Assert.Null(Shared.Since(hurried.Started, hurried));
        Assert.Equal(0, _taken);
    }

    [Fact]
    public async Task Since_WhileAnotherIsTaken_WaitsForThatOne()
    {
        using ManualResetEventSlim begun = new();
        using ManualResetEventSlim go = new();
        SharedLook<string> slow = new(_time, _ =>
        {
            begun.Set();
            go.Wait(TestContext.Current.CancellationToken);
            return $"look {++_taken}";
        });
        long asked = _time.GetTimestamp();
        Task<string?>[] looks = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(() => slow.Since(asked, Patient)))];
        begun.Wait(TestContext.Current.CancellationToken);
        go.Set();

        Assert.All(await Task.WhenAll(looks), look => Assert.Equal("look 1", look));
    }
}
