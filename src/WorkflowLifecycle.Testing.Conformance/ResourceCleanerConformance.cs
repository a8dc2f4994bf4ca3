using Xunit;

namespace WorkflowLifecycle.Testing.Conformance;

/// <summary>
/// The contract of <see cref="IResourceCleaner"/>, as tests. Derive a class from it in a test project on xunit.v3, and say how the cleaner is made, and
/// how a run comes to a resource of it. Each fact runs on a fresh run.
/// </summary>
/// <remarks>
/// Beyond what the interface says, the facts fix what an end relies on: a look changes nothing and finds only this run's, another instance (a
/// retry in another process) knows a resource by what the first one wrote down, and freeing what is gone is no failure.
/// </remarks>
public abstract class ResourceCleanerConformance
{
    private const int Limit = 60_000;
    private const int LongestName = 40;
    private const int LongestResource = 1_000;
    private const int MostDetails = 20;

    private static readonly TimeSpan _stopLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _shortestLookInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan _longestLookInterval = TimeSpan.FromHours(1);

    /// <summary>Fires when the test is aborted.</summary>
    protected static CancellationToken Aborted => TestContext.Current.CancellationToken;

    /// <summary>Makes the cleaner, each time a new one.</summary>
    protected abstract IResourceCleaner CreateCleaner();

    /// <summary>Makes the context of a run that has nothing yet, and that is over by its row.</summary>
    protected abstract ValueTask<CleanupContext> CreateContextAsync();

    /// <summary>Lets the run have one resource that the cleaner frees, provably its own.</summary>
    /// <returns>The context as it is with it (with what a launch or a look before the end would have noted).</returns>
    protected abstract ValueTask<CleanupContext> MakeResourceAsync(IResourceCleaner cleaner, CleanupContext context);

    /// <summary>
    /// For an <see cref="IResourceWatcher"/>: lets the run have one resource while its processes are there. Not asked for other cleaners.
    /// </summary>
    /// <returns>The context of a look at the run while it goes on, with its processes; null leaves out what is to be seen of that.</returns>
    protected virtual ValueTask<CleanupContext?> MakeWatchedAsync(IResourceCleaner cleaner, CleanupContext context) => new((CleanupContext?)null);

    /// <summary>Whether the resource is still there, seen without the cleaner.</summary>
    protected abstract ValueTask<bool> IsThereAsync(RunResource resource);

    /// <summary>A name is 1 to 40 of <c>a-z</c>, <c>0-9</c> and <c>-</c>, and does not change.</summary>
    [Fact]
    public void Name_OfTheCleaner_FollowsTheRule()
    {
        IResourceCleaner cleaner = CreateCleaner();
        Assert.InRange(cleaner.Name.Length, 1, LongestName);
        Assert.All(cleaner.Name, letter => Assert.True(letter is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-', $"'{letter}' is not one of a-z, 0-9 and -"));
        Assert.Equal(cleaner.Name, CreateCleaner().Name);
    }

    /// <summary>A ceiling is above 0 and at most 24 hours.</summary>
    [Fact]
    public void Ceiling_OfTheCleaner_IsInRange()
    {
        TimeSpan ceiling = CreateCleaner().Ceiling;
        Assert.True(ceiling > TimeSpan.Zero && ceiling <= TimeSpan.FromHours(24), $"{ceiling} is not above 0 and at most 24 hours");
    }

    /// <summary>A run that has nothing leaves nothing to free.</summary>
    [Fact(Timeout = Limit)]
    public async Task Discover_RunWithNothing_FindsNothingToFree()
    {
        CleanupContext context = await CreateContextAsync();
        Assert.DoesNotContain(await CreateCleaner().DiscoverAsync(context, Aborted), resource => resource.Handling == ResourceHandling.Clean);
    }

    /// <summary>What a look finds is named, described within bounds, and belongs to this cleaner; a second look finds the same.</summary>
    [Fact(Timeout = Limit)]
    public async Task Discover_ResourceOfTheRun_NamesItWithinTheBounds()
    {
        IResourceCleaner cleaner = CreateCleaner();
        CleanupContext context = await MakeResourceAsync(cleaner, await CreateContextAsync());

        RunResource found = await FindAsync(cleaner, context);

        Assert.Equal(cleaner.Name, found.Cleaner);
        Assert.InRange(found.Name.Length, 1, LongestResource);
        Assert.InRange(found.Details.Count, 0, MostDetails);
        Assert.Equal(found.Name, (await FindAsync(cleaner, context)).Name);
        Assert.True(await IsThereAsync(found), "A look changed what it looked at.");
        await cleaner.CleanAsync(found, context, Aborted);
    }

    /// <summary>What was found exists until it is freed, and then no longer; freeing it twice is no failure.</summary>
    [Fact(Timeout = Limit)]
    public async Task Clean_ResourceOfTheRun_IsGoneAndMayBeFreedAgain()
    {
        IResourceCleaner cleaner = CreateCleaner();
        CleanupContext context = await MakeResourceAsync(cleaner, await CreateContextAsync());
        RunResource found = await FindAsync(cleaner, context);
        Assert.True(await cleaner.ExistsAsync(found, context, Aborted));
        Assert.True(await IsThereAsync(found), "Asking whether it exists changed it.");

        await cleaner.CleanAsync(found, context, Aborted);

        Assert.False(await cleaner.ExistsAsync(found, context, Aborted));
        Assert.False(await IsThereAsync(found), "The cleaner says that it is gone, and it is there.");
        await cleaner.CleanAsync(found, context, Aborted);
        Assert.False(await cleaner.ExistsAsync(found, context, Aborted));
    }

    /// <summary>Another process, later, frees a debt by what is stored of it: no look before, no processes, a new instance.</summary>
    [Fact(Timeout = Limit)]
    public async Task Clean_AsADebtInAnotherProcess_IsGone()
    {
        IResourceCleaner cleaner = CreateCleaner();
        CleanupContext context = await MakeResourceAsync(cleaner, await CreateContextAsync());
        RunResource found = await FindAsync(cleaner, context);
        CleanupContext later = new() { Run = context.Run, Moment = CleanupMoment.Retry };
        IResourceCleaner other = CreateCleaner();

        Assert.True(await other.ExistsAsync(found, later, Aborted));
        await other.CleanAsync(found, later, Aborted);

        Assert.False(await other.ExistsAsync(found, later, Aborted));
        Assert.False(await IsThereAsync(found), "The cleaner says that it is gone, and it is there.");
    }

    /// <summary>What is another run's is not found for this one.</summary>
    [Fact(Timeout = Limit)]
    public async Task Discover_ResourceOfAnotherRun_IsNotThisRuns()
    {
        IResourceCleaner cleaner = CreateCleaner();
        CleanupContext mine = await CreateContextAsync();
        CleanupContext other = await MakeResourceAsync(cleaner, await CreateContextAsync());
        RunResource theirs = await FindAsync(cleaner, other);

        Assert.DoesNotContain(await cleaner.DiscoverAsync(mine, Aborted), resource => resource.Name == theirs.Name && resource.Handling == ResourceHandling.Clean);
        Assert.True(await IsThereAsync(theirs));
        await cleaner.CleanAsync(theirs, other, Aborted);
    }

    /// <summary>A look that is told to stop stops.</summary>
    [Fact(Timeout = Limit)]
    public async Task Discover_ToldToStop_StopsSoon()
    {
        CleanupContext context = await CreateContextAsync();
        using CancellationTokenSource told = new();
        await told.CancelAsync();
        Task looking = Task.Run(() => CreateCleaner().DiscoverAsync(context, told.Token).AsTask(), Aborted);
        await looking.WaitAsync(_stopLimit, Aborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Assert.True(looking.IsCompleted, $"It had not stopped after {_stopLimit.TotalSeconds} s.");
    }

    /// <summary>The pause between two looks of a watcher is from 250 ms to 1 h.</summary>
    [Fact]
    public void LookInterval_OfAWatcher_IsInRange()
    {
        if (CreateCleaner() is IResourceWatcher watcher)
        {
            Assert.True(
                watcher.LookInterval >= _shortestLookInterval && watcher.LookInterval <= _longestLookInterval, $"{watcher.LookInterval} is not from 250 ms to 1 hour");
        }
    }

    /// <summary>A look at a run that goes on finds its resource and changes nothing; a second one, which knows of the first, finds the same, so that nothing is stored again.</summary>
    [Fact(Timeout = Limit)]
    public async Task Discover_WhileTheRunGoesOn_ChangesNothingAndFindsTheSameTwice()
    {
        IResourceCleaner cleaner = CreateCleaner();
        if (await WatchedAsync(cleaner) is not { } context)
        {
            return;
        }

        IReadOnlyList<RunResource> first = await cleaner.DiscoverAsync(context, Aborted);
        IReadOnlyList<RunResource> second = await cleaner.DiscoverAsync(context with { Known = first }, Aborted);

        RunResource found = Assert.Single(first, resource => resource.Handling == ResourceHandling.Clean);
        Assert.Equal(cleaner.Name, found.Cleaner);
        Assert.True(await IsThereAsync(found), "A look changed what it looked at.");
        Assert.Equal(first.Select(Describe), second.Select(Describe));
    }

    /// <summary>An emergency's look is told to stop after a few milliseconds, and ends soon then.</summary>
    [Fact(Timeout = Limit)]
    public async Task Discover_InTheFirstInstantsOfAnEmergency_ChangesNothingAndStopsSoon()
    {
        IResourceCleaner cleaner = CreateCleaner();
        if (await WatchedAsync(cleaner) is not { } context)
        {
            return;
        }

        RunResource known = await FindAsync(cleaner, context);
        using CancellationTokenSource told = new();
        await told.CancelAsync();

        Task looking = Task.Run(
            () => cleaner.DiscoverAsync(context with { Moment = CleanupMoment.BeforeEnd, Mode = KillMode.Emergency, Known = [known] }, told.Token).AsTask(), Aborted);

        await looking.WaitAsync(_stopLimit, Aborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Assert.True(looking.IsCompleted, $"It had not stopped after {_stopLimit.TotalSeconds} s.");
        Assert.True(await IsThereAsync(known), "A look changed what it looked at.");
    }

    private async Task<CleanupContext?> WatchedAsync(IResourceCleaner cleaner) =>
        cleaner is IResourceWatcher && await MakeWatchedAsync(cleaner, await CreateContextAsync()) is { } context
            ? context with { Moment = CleanupMoment.WhileRunning }
            : null;

    private static string Describe(RunResource resource) =>
        $"{resource.Name} {resource.Handling} {resource.Note} {string.Join(", ", resource.Details.OrderBy(detail => detail.Key, StringComparer.Ordinal))}";

    private static async Task<RunResource> FindAsync(IResourceCleaner cleaner, CleanupContext context) =>
        Assert.Single(await cleaner.DiscoverAsync(context, Aborted), resource => resource.Handling == ResourceHandling.Clean);
}
