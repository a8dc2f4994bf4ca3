using Microsoft.Extensions.Logging;
using WorkflowLifecycle.Isolation;
using WorkflowLifecycle.Killing;
using WorkflowLifecycle.Redaction;
using WorkflowLifecycle.Telemetry;

namespace WorkflowLifecycle.Cleanup.Watching;

/// <summary>The look that watchers get in the first instants of an emergency, beside the writing of the intent. It is over when its time is up, whatever hangs.</summary>
internal sealed class EmergencyWatch : IDisposable
{
    private readonly CleanupContext _context;
    private readonly IRedactor _redactor;
    private readonly ILogger _logger;
    private readonly KillLimit _limit;
    private readonly List<(IResourceWatcher Watcher, ForeignCall<IReadOnlyList<RunResource>> Call)> _asked = [];
    private readonly List<(IResourceWatcher Watcher, string Why)> _failures = [];

    /// <summary>Asks them.</summary>
    /// <param name="asked">Each with what is known of its resources.</param>
    /// <param name="context">What they are told.</param>
    /// <param name="left">The time that is left.</param>
    /// <param name="redactor">For what is told of those that fail.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="logger">The log.</param>
    public EmergencyWatch(
        IReadOnlyList<(IResourceWatcher Watcher, IReadOnlyList<RunResource> Known)> asked, CleanupContext context, TimeSpan left, IRedactor redactor, TimeProvider timeProvider, ILogger logger)
    {
        _context = context;
        _redactor = redactor;
        _logger = logger;
        _limit = new KillLimit(left, timeProvider, CancellationToken.None);
        foreach ((IResourceWatcher watcher, IReadOnlyList<RunResource> known) in asked)
        {
            try
            {
                _asked.Add((watcher, Ask(watcher, context with { Known = known })));
            }
            catch (Exception exception)
            {
                // A machine that a run has filled up may have no thread for it; those that were asked are heard all the same.
                _failures.Add((watcher, exception.Message));
            }
        }
    }

    /// <summary>What they have found when their time is up. Does not throw, and waits for nobody where all have answered.</summary>
    public async Task<IReadOnlyList<RunResource>> FindAsync()
    {
        await Task.WhenAll(_asked.Select(Task (each) => each.Call.Work)).Observed().WaitAsync(_limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        IReadOnlyList<RunResource> found = [.. _asked.SelectMany(each => Take(each.Watcher, each.Call.Work))];
        Abandon();
        return found;
    }

    /// <summary>Tells of those that failed. Only after the signal: a redactor or a log that takes its time must not come before it. Does not throw.</summary>
    public void Tell()
    {
        try
        {
            foreach ((IResourceWatcher watcher, string why) in _failures)
            {
                Log.CleanerLookFailed(_logger, watcher.Name, _context.Run.RunId, _redactor.RedactOrHide(why));
            }
        }
        catch (Exception)
        {
            // The answer of the kill does not depend on a log.
            return;
        }
    }

    public void Dispose()
    {
        Abandon();
        _limit.Dispose();
    }

    private void Abandon()
    {
        foreach ((_, ForeignCall<IReadOnlyList<RunResource>> call) in _asked)
        {
            call.Abandon();
        }
    }

    // Also the list is read there: whatever is wrong with it, it must not come between the intent and the signal.
    private static ForeignCall<IReadOnlyList<RunResource>> Ask(IResourceWatcher watcher, CleanupContext context) => new(async told =>
    {
        IReadOnlyList<RunResource> found = await watcher.DiscoverAsync(context, told).ConfigureAwait(false);
        return [.. found.Where(static resource => resource is { Name.Length: > 0 }).Select(resource => resource with { Cleaner = watcher.Name })];
    });

    private IEnumerable<RunResource> Take(IResourceWatcher watcher, Task<IReadOnlyList<RunResource>> work)
    {
        if (work.IsCompletedSuccessfully)
        {
            return work.Result;
        }

        _failures.Add((watcher, work.Exception?.InnerException?.Message ?? "it did not answer in time"));
        return [];
    }
}
