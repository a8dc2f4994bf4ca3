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
    private readonly (IResourceWatcher Watcher, ForeignCall<IReadOnlyList<RunResource>> Call)[] _asked;

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
        _asked = [.. asked.Select(each => (each.Watcher, Ask(each.Watcher, context with { Known = each.Known })))];
    }

    /// <summary>What they have found when their time is up. Does not throw, and waits for nobody where all have answered.</summary>
    public async Task<IReadOnlyList<RunResource>> FindAsync()
    {
        await Task.WhenAll(_asked.Select(Task (each) => each.Call.Work)).WaitAsync(_limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        IReadOnlyList<RunResource> found = [.. _asked.SelectMany(each => Take(each.Watcher, each.Call.Work))];
        Abandon();
        return found;
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

        Log.CleanerLookFailed(
            _logger, watcher.Name, _context.Run.RunId, work.Exception?.InnerException is { } failure ? _redactor.RedactOrHide(failure.Message) : "it did not answer in time");
        return [];
    }
}
