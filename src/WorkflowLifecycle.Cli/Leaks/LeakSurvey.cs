using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle.Cli.Leaks;

/// <summary>A look at the machine, held against every store that it knows of.</summary>
internal sealed class LeakSurvey : IAsyncDisposable
{
    private LeakSurvey(KnownStores stores, IReadOnlyList<Leak> leaks)
    {
        Stores = stores;
        Leaks = leaks;
    }

    public KnownStores Stores { get; }

    /// <summary>What belongs to no live run, or can't be told.</summary>
    public IReadOnlyList<Leak> Leaks { get; }

    public static async Task<LeakSurvey> TakeAsync(CliContext context, string? option, IReadOnlyList<string> gone, CancellationToken cancellationToken)
    {
        // The machine first, the rows then: a launch commits its row before it makes anything, so that what was seen has one by now.
        IReadOnlyList<RunTraces> found = MachineTraces.Find(new ContainmentSettings(), cancellationToken);
        KnownStores stores = await KnownStores.OpenAsync(context, option, found.Select(traces => traces.Remains?.Store).OfType<string>(), gone, cancellationToken).ConfigureAwait(false);
        try
        {
            return new LeakSurvey(stores, await JudgeAsync(found, stores, context.Time.GetUtcNow(), cancellationToken).ConfigureAwait(false));
        }
        catch
        {
            await stores.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public ValueTask DisposeAsync() => Stores.DisposeAsync();

    private static async Task<IReadOnlyList<Leak>> JudgeAsync(IReadOnlyList<RunTraces> found, KnownStores stores, DateTimeOffset now, CancellationToken cancellationToken)
    {
        HashSet<string> nameless = [.. found.Where(traces => traces.Remains is null).Select(traces => traces.InternalId).OfType<string>()];
        IReadOnlyDictionary<string, KnownRow> byId = await stores.FindAsync(nameless, cancellationToken).ConfigureAwait(false);
        List<Leak> leaks = [];
        foreach (RunTraces traces in found)
        {
            RunId? run = traces.Remains?.RunId ?? (traces.InternalId is null ? traces.Things[0].MarkedRun : null);
            KnownRow? row = run is { } id ? await stores.FindAsync(id, traces.InternalId, cancellationToken).ConfigureAwait(false)
                : traces.InternalId is { } number ? byId.GetValueOrDefault(number)
                : null;
            Leak leak = LeakJudge.Judge(traces, row, stores.Closed, stores.Sight(traces.Remains?.Store), now);
            if (leak.Verdict != LeakVerdict.Live)
            {
                leaks.Add(leak);
            }
        }

        return leaks;
    }
}
