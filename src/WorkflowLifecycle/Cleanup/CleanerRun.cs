using Microsoft.Extensions.Logging;
using WorkflowLifecycle.Isolation;
using WorkflowLifecycle.Killing;
using WorkflowLifecycle.Telemetry;

namespace WorkflowLifecycle.Cleanup;

/// <summary>One cleaner at the end of one run. Nothing that the cleaner does gets out of here but its line of the receipt, and what it leaves.</summary>
internal sealed class CleanerRun(IResourceCleaner cleaner, CleanupContext context, IRedactor redactor, TimeProvider timeProvider, ILogger logger)
{
    // What does not go at once often goes a moment later, as a file that the kernel is still closing.
    private const int Tries = 3;

    private const int LongestReason = 300;

    // A receipt is for reading; a cleaner that finds more is run again for the rest.
    private const int MostResources = 1000;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);

    // What is seen again takes the place of what was known.
    private readonly Dictionary<string, RunResource> _found = context.Known.DistinctBy(known => known.Name, StringComparer.Ordinal).ToDictionary(known => known.Name, StringComparer.Ordinal);
    private readonly List<string> _cleaned = [];
    private readonly List<string> _remaining = [];
    private readonly List<(RunResource? Resource, string Reason)> _left = [];
    private bool _isTimeUp;
    private bool _isKept;
    private bool _isReported;

    public string Name => cleaner.Name;

    /// <summary>Finds what the run has before the first signal. What goes wrong is told after the end, when the look is taken again.</summary>
    public async Task LookAsync(CancellationToken stop)
    {
        try
        {
            CleanupContext at = At(CleanupMoment.BeforeEnd);
            Note(await CallAsync(told => cleaner.DiscoverAsync(at, told).AsTask(), stop).ConfigureAwait(false));
        }
        catch (Exception exception)
        {
            Log.CleanerLookFailed(logger, cleaner.Name, context.Run.RunId, stop.IsCancellationRequested ? "it did not answer in time" : Redact(exception.Message));
        }
    }

    /// <summary>What it knows of, in words.</summary>
    public string Describe() => _found.Count == 0 ? $"{Name}: nothing now" : $"{Name}: {string.Join(", ", _found.Values.Select(resource => Redact(Describe(resource))))}";

    /// <summary>Looks again, frees what may be freed, and verifies it.</summary>
    /// <param name="stop">The time for all cleaning is up; its own ceiling is kept here.</param>
    public async Task<CleanerEnd> RunAsync(CancellationToken stop)
    {
        long started = timeProvider.GetTimestamp();
        using KillLimit limit = new(cleaner.Ceiling, timeProvider, stop);
        try
        {
            // A ForeignCall would be begun first: with no time left nobody is called.
            limit.Token.ThrowIfCancellationRequested();
            CleanupContext at = At(CleanupMoment.AfterEnd);
            IReadOnlyList<RunResource> found = await CallAsync(told => cleaner.DiscoverAsync(at, told).AsTask(), limit.Token).ConfigureAwait(false);
            ForgetUnlessIn(found);
            Note(found);
            await ForgetGoneAsync(found, limit.Token).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // What was known before is freed all the same; whether there is more, nobody can tell.
            _left.Add((null, $"it could not be looked for: {Explain(exception, limit.Token)}"));
        }

        return await FreeAsync(started, limit.Token).ConfigureAwait(false);
    }

    /// <summary>Frees one resource of an earlier end, and verifies it.</summary>
    public async Task<CleanerEnd> RetryAsync(RunResource resource, CancellationToken stop)
    {
        long started = timeProvider.GetTimestamp();
        using KillLimit limit = new(cleaner.Ceiling, timeProvider, stop);
        _found.Clear();
        _found[resource.Name] = resource;
        return await FreeAsync(started, limit.Token).ConfigureAwait(false);
    }

    private async Task<CleanerEnd> FreeAsync(long started, CancellationToken limit)
    {
        if (_found.Count > MostResources)
        {
            _left.Add((null, $"{_found.Count - MostResources} more were found and are left for later"));
            foreach (string name in _found.Keys.Skip(MostResources).ToArray())
            {
                _found.Remove(name);
            }
        }

        foreach (RunResource resource in _found.Values)
        {
            await SettleAsync(resource, limit).ConfigureAwait(false);
        }

        return new CleanerEnd(Line(started), _left);
    }

    private async Task SettleAsync(RunResource resource, CancellationToken limit)
    {
        switch (resource.Handling)
        {
            case ResourceHandling.Keep:
                _isKept = true;
                _remaining.Add(Describe(resource));
                break;
            case ResourceHandling.Report:
                _isReported = true;
                _remaining.Add(Describe(resource));
                break;
            default:
                if (await FindProblemAsync(resource, limit).ConfigureAwait(false) is { } problem)
                {
                    _remaining.Add(Describe(resource));
                    _left.Add((resource.Note is { } note ? resource with { Note = Redact(note) } : resource, problem));
                }
                else
                {
                    _cleaned.Add(resource.Name);
                }

                break;
        }
    }

    // Null when it is seen to be gone.
    private async Task<string?> FindProblemAsync(RunResource resource, CancellationToken limit)
    {
        string? problem = null;
        TimeSpan pause = FirstPause;
        for (int attempt = 1; attempt <= (resource.Handling == ResourceHandling.Clean ? Tries : 1); attempt++)
        {
            try
            {
                if (attempt > 1)
                {
                    await Task.Delay(pause, timeProvider, limit).ConfigureAwait(false);
                    pause *= 5;
                }

                problem = await TryAsync(resource, limit).ConfigureAwait(false);
                if (problem is null)
                {
                    return null;
                }
            }
            catch (Exception exception)
            {
                problem = limit.IsCancellationRequested && problem is not null ? problem : Explain(exception, limit);
            }

            if (limit.IsCancellationRequested)
            {
                _isTimeUp = true;
                return problem;
            }
        }

        return problem;
    }

    private async Task<string?> TryAsync(RunResource resource, CancellationToken limit)
    {
        limit.ThrowIfCancellationRequested();
        string? problem = null;
        CleanupContext at = At(context.Moment);
        if (resource.Handling == ResourceHandling.Clean)
        {
            try
            {
                await CallAsync(
                    async told =>
                    {
                        await cleaner.CleanAsync(resource, at, told).ConfigureAwait(false);
                        return true;
                    },
                    limit).ConfigureAwait(false);
            }
            catch (Exception exception) when (!limit.IsCancellationRequested)
            {
                // It may be gone all the same, by another hand; only a look can tell.
                problem = Explain(exception, limit);
            }
        }

        bool exists = await CallAsync(told => cleaner.ExistsAsync(resource, at, told).AsTask(), limit).ConfigureAwait(false);
        return exists ? problem ?? (resource.Note is { } note ? Redact(note) : "it is still there") : null;
    }

    private static async Task<T> CallAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken limit)
    {
        ForeignCall<T> foreign = new(call);
        try
        {
            return await foreign.WaitAsync(limit).ConfigureAwait(false);
        }
        finally
        {
            foreign.Abandon();
        }
    }

    private CleanupContext At(CleanupMoment moment) => context with { Moment = context.Moment == CleanupMoment.Retry ? CleanupMoment.Retry : moment, Known = [.. _found.Values] };

    // What is only told is told as it is now, not as it was.
    private void ForgetUnlessIn(IReadOnlyList<RunResource> found)
    {
        HashSet<string> again = [.. found.Where(static resource => resource is not null).Select(resource => resource.Name)];
        foreach (RunResource told in _found.Values.Where(known => known.Handling is ResourceHandling.Keep or ResourceHandling.Report && !again.Contains(known.Name)).ToArray())
        {
            _found.Remove(told.Name);
        }
    }

    // What a watcher saw while the run went on, and the run itself freed since, perhaps days ago, nobody here has cleaned.
    private async Task ForgetGoneAsync(IReadOnlyList<RunResource> found, CancellationToken limit)
    {
        if (cleaner is not IResourceWatcher || cleaner is IResourceProvider)
        {
            return;
        }

        HashSet<string> again = [.. found.Where(static resource => resource is not null).Select(resource => resource.Name)];
        foreach (RunResource known in _found.Values.Where(known => !again.Contains(known.Name)).ToArray())
        {
            CleanupContext at = At(CleanupMoment.AfterEnd);
            if (!await CallAsync(told => cleaner.ExistsAsync(known, at, told).AsTask(), limit).ConfigureAwait(false))
            {
                _found.Remove(known.Name);
            }
        }
    }

    private void Note(IReadOnlyList<RunResource> found)
    {
        foreach (RunResource resource in found.Where(static resource => resource is not null))
        {
            _found[resource.Name] = resource with { Cleaner = cleaner.Name };
        }
    }

    private string Explain(Exception exception, CancellationToken limit)
    {
        if (limit.IsCancellationRequested)
        {
            _isTimeUp = true;
            return "the time was up";
        }

        string message = Redact(exception.Message.ReplaceLineEndings(" "));
        Log.CleanerFailed(logger, cleaner.Name, context.Run.RunId, exception.GetType().Name, message);
        return message.Length > LongestReason ? message[..LongestReason] : message;
    }

    private CleanupResult Line(long started) => new()
    {
        Cleaner = cleaner.Name,
        Found = [.. _found.Keys.Select(Redact)],
        Cleaned = [.. _cleaned.Select(Redact)],
        Remaining = [.. _remaining.Select(Redact)],
        Outcome = _left.Count > 0 ? _isTimeUp ? CleanupOutcomes.CeilingReached : CleanupOutcomes.Failed
            : _isKept ? CleanupOutcomes.Kept
            : _isReported ? CleanupOutcomes.Reported
            : CleanupOutcomes.Clean,
        Message = _left.Count == 0 ? null : string.Join("; ", _left.Select(left => left.Reason).Distinct(StringComparer.Ordinal).Take(3)),
        DurationMs = timeProvider.GetElapsedTime(started).TotalMilliseconds,
    };

    // What is freed is known by its name and must keep it; what is told of it need not be whole.
    private string Redact(string text)
    {
        try
        {
            return redactor.RedactText(text);
        }
        catch (Exception exception)
        {
            Log.CleanupNotRedacted(logger, cleaner.Name, context.Run.RunId, exception.GetType().Name);
            return "***";
        }
    }

    private static string Describe(RunResource resource) => resource.Note is null ? resource.Name : $"{resource.Name} ({resource.Note})";
}
