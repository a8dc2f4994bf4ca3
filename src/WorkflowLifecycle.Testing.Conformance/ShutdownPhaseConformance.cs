using Xunit;

namespace WorkflowLifecycle.Testing.Conformance;

/// <summary>
/// The contract of <see cref="IShutdownPhase"/>, as tests. Derive a class from it in a test project on xunit.v3, and say how the phase is made
/// and how work that it waits for begins and ends. Each fact runs on a fresh run.
/// </summary>
/// <remarks>
/// Beyond what the interface says, the facts fix what the kill relies on: a look does not wait for anything, says the same of a tree that
/// stands still, and changes nothing; a phase stops soon after it was told to, and can be run again.
/// </remarks>
public abstract class ShutdownPhaseConformance
{
    private const int Limit = 60_000;
    private const int LongestName = 40;

    private static readonly TimeSpan _lookLimit = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _stopLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan _moment = TimeSpan.FromMilliseconds(300);

    /// <summary>Fires when the test is aborted.</summary>
    protected static CancellationToken Aborted => TestContext.Current.CancellationToken;

    /// <summary>Makes the phase.</summary>
    protected abstract IShutdownPhase CreatePhase();

    /// <summary>Makes the context of a run in which nothing is in flight. Called once by each fact that needs a run.</summary>
    protected abstract ValueTask<ShutdownContext> CreateContextAsync();

    /// <summary>Begins work that the phase waits for; null where the phase waits for none (its stage is not <see cref="ShutdownStage.Quiesce"/>).</summary>
    /// <returns>Dispose to end that work.</returns>
    protected abstract ValueTask<IAsyncDisposable?> BeginWorkAsync(ShutdownContext context);

    /// <summary>A name is 1 to 40 of <c>a-z</c>, <c>0-9</c> and <c>-</c>, and does not change.</summary>
    [Fact]
    public void Name_OfThePhase_FollowsTheRule()
    {
        IShutdownPhase phase = CreatePhase();
        Assert.InRange(phase.Name.Length, 1, LongestName);
        Assert.All(phase.Name, letter => Assert.True(letter is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-', $"'{letter}' is not one of a-z, 0-9 and -"));
        Assert.Equal(phase.Name, phase.Name);
        Assert.Equal(phase.Name, CreatePhase().Name);
    }

    /// <summary>A ceiling is above 0 and at most 24 hours.</summary>
    [Fact]
    public void Ceiling_OfThePhase_IsInRange()
    {
        IShutdownPhase phase = CreatePhase();
        Assert.True(phase.Ceiling > TimeSpan.Zero && phase.Ceiling <= TimeSpan.FromHours(24), $"{phase.Ceiling} is not above 0 and at most 24 hours");
        Assert.True(Enum.IsDefined(phase.Stage));
    }

    /// <summary>Where nothing is in flight a look says so, and the phase returns at once.</summary>
    [Fact(Timeout = Limit)]
    public async Task Inspect_NothingInFlight_IsEmpty()
    {
        IShutdownPhase phase = CreatePhase();
        ShutdownContext context = await CreateContextAsync();
        if (phase.Stage == ShutdownStage.Quiesce)
        {
            Assert.Empty(await phase.InspectAsync(context, Aborted));
            await phase.ExecuteAsync(context, Aborted).WaitAsync(_stopLimit, Aborted);
        }
    }

    /// <summary>Work in flight is named by a look, also while the tree stands still, and no longer once it is done.</summary>
    [Fact(Timeout = Limit)]
    public async Task Inspect_WorkInFlight_NamesItUntilItIsDone()
    {
        IShutdownPhase phase = CreatePhase();
        ShutdownContext context = await CreateContextAsync();
        IAsyncDisposable? work = await BeginWorkAsync(context);
        Assert.SkipWhen(work is null, "This phase waits for no work.");

        Assert.All(await phase.InspectAsync(context, Aborted), item => Assert.InRange(item.Description.Length, 1, 200));
        Assert.NotEmpty(await phase.InspectAsync(context, Aborted));
        Assert.NotEmpty(await phase.InspectAsync(context with { IsFrozen = true }, Aborted));
        await work!.DisposeAsync();

        await phase.ExecuteAsync(context, Aborted).WaitAsync(_stopLimit, Aborted);
        Assert.Empty(await phase.InspectAsync(context, Aborted));
    }

    /// <summary>A look does not wait for what is in flight. The median of five, since the first one is compiled.</summary>
    [Fact(Timeout = Limit)]
    public async Task Inspect_WorkInFlight_DoesNotWait()
    {
        IShutdownPhase phase = CreatePhase();
        ShutdownContext context = await CreateContextAsync();
        await using IAsyncDisposable? work = await BeginWorkAsync(context);
        List<TimeSpan> looks = [];
        for (int i = 0; i < 5; i++)
        {
            long started = TimeProvider.System.GetTimestamp();
            _ = await phase.InspectAsync(context, Aborted);
            looks.Add(TimeProvider.System.GetElapsedTime(started));
        }

        Assert.True(looks.Order().ElementAt(2) < _lookLimit, $"A look took {looks.Order().ElementAt(2).TotalMilliseconds:0} ms; at most {_lookLimit.TotalMilliseconds:0} ms are waited for.");
    }

    /// <summary>The phase returns once what was in flight is done, and tells what it waits for.</summary>
    [Fact(Timeout = Limit)]
    public async Task Execute_WorkInFlight_ReturnsOnceItIsDone()
    {
        IShutdownPhase phase = CreatePhase();
        List<IReadOnlyList<InFlightWork>> told = [];
        ShutdownContext context = await CreateContextAsync() with { Waiting = told.Add };
        IAsyncDisposable? work = await BeginWorkAsync(context);
        Assert.SkipWhen(work is null, "This phase waits for no work.");

        Task waiting = phase.ExecuteAsync(context, Aborted);
        await Task.Delay(_moment, TimeProvider.System, Aborted);
        Assert.False(waiting.IsCompleted, "It returned while the work was in flight.");
        await work!.DisposeAsync();

        await waiting.WaitAsync(_stopLimit, Aborted);
        Assert.Contains(told, items => items.Count > 0);
    }

    /// <summary>At its ceiling or on escalation the token fires, and the phase stops soon after; a token that fired before stops it at once.</summary>
    [Fact(Timeout = Limit)]
    public async Task Execute_TokenFires_StopsSoon()
    {
        IShutdownPhase phase = CreatePhase();
        ShutdownContext context = await CreateContextAsync();
        await using IAsyncDisposable? work = await BeginWorkAsync(context);
        using CancellationTokenSource ceiling = new();
        Task waiting = phase.ExecuteAsync(context, ceiling.Token);
        await Task.Delay(_moment, TimeProvider.System, Aborted);
        await ceiling.CancelAsync();

        await Task.WhenAny(waiting, Task.Delay(_stopLimit, TimeProvider.System, Aborted));

        Assert.True(waiting.IsCompleted, "It went on although its token had fired.");
        if (waiting.IsFaulted)
        {
            Assert.IsType<OperationCanceledException>(waiting.Exception!.GetBaseException(), exactMatch: false);
        }
    }

    /// <summary>One instance serves several kills side by side, and a kill that is resumed runs it again.</summary>
    [Fact(Timeout = Limit)]
    public async Task Execute_TwiceAtOnceAndAgain_IsReentrant()
    {
        IShutdownPhase phase = CreatePhase();
        ShutdownContext context = await CreateContextAsync();
        await Task.WhenAll(phase.ExecuteAsync(context, Aborted), phase.ExecuteAsync(context, Aborted)).WaitAsync(phase.Ceiling, Aborted);
        await phase.ExecuteAsync(context, Aborted).WaitAsync(phase.Ceiling, Aborted);
    }
}
