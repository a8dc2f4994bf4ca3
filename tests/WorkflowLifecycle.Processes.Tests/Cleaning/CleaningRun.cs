using WorkflowLifecycle.Processes.Tests.Working;

namespace WorkflowLifecycle.Processes.Tests.Cleaning;

/// <summary>A run that began now, and what a cleaner is asked about it.</summary>
internal sealed class CleaningRun : IDisposable
{
    // The kernel stamps files by a clock that ticks: a file that is older than the run must be older by more than a tick.
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(30);

    private DateTimeOffset _begin = DateTimeOffset.UtcNow;

    public WorkingRun Place { get; } = new();

    public string File(string name) => Place.File(name);

    /// <summary>What was there until now was there before the run.</summary>
    public async Task BeginAsync()
    {
        await Task.Delay(Tick, TestContext.Current.CancellationToken);
        _begin = DateTimeOffset.UtcNow;
        await Task.Delay(Tick, TestContext.Current.CancellationToken);
    }

    public RunRecord Record => Place.Record with { CreatedAt = _begin, HostUser = "os:" + Support.LinuxUser.Current.Id };

    public CleanupContext Context(CleanupMoment moment = CleanupMoment.AfterEnd, params IReadOnlyList<RunResource> known) =>
        new() { Run = Record, Moment = moment, Known = known, Processes = moment == CleanupMoment.BeforeEnd ? Place.Tree() : [] };

    public async Task<IReadOnlyList<RunResource>> DiscoverAsync(IResourceCleaner cleaner, params IReadOnlyList<RunResource> known) =>
        await cleaner.DiscoverAsync(Context(CleanupMoment.AfterEnd, known), TestContext.Current.CancellationToken);

    /// <summary>Cleans what may be cleaned, as the engine does; returns what was found.</summary>
    public async Task<IReadOnlyList<RunResource>> EndAsync(IResourceCleaner cleaner)
    {
        IReadOnlyList<RunResource> found = await DiscoverAsync(cleaner);
        foreach (RunResource resource in found.Where(resource => resource.Handling == ResourceHandling.Clean))
        {
            await cleaner.CleanAsync(resource, Context(), TestContext.Current.CancellationToken);
            Assert.False(await cleaner.ExistsAsync(resource, Context(CleanupMoment.Retry), TestContext.Current.CancellationToken));
        }

        return found;
    }

    public void Dispose() => Place.Dispose();
}
