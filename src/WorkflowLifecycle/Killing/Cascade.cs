using System.Collections.Concurrent;
using WorkflowLifecycle.Shutdown;

namespace WorkflowLifecycle.Killing;

/// <summary>
/// One request to end a run and all runs below it. First each of them is fenced, level by level: its intent is durable, which refuses further
/// launches under it, before those below it are listed, so nobody is missed. Then they are ended: the deepest first, or all side by side.
/// </summary>
/// <param name="childRuns">Who is below whom.</param>
/// <param name="procedures">How long each kill may take.</param>
/// <param name="admit">Begins the kill of one run of the family, held until its node is released, or not.</param>
/// <param name="isSpared">Runs that are left alone, with all below them.</param>
/// <param name="tell">Tells what a kill waits for; nothing any more when the text is empty.</param>
/// <param name="isDeepestFirst">Child runs before their parent.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class Cascade(
    ChildRuns childRuns,
    ShutdownProcedures procedures,
    Func<RunRecord, KillRequest, RunId, bool, Task<Admission>> admit,
    Predicate<RunRecord> isSpared,
    Action<KillRecord, string> tell,
    bool isDeepestFirst,
    TimeProvider timeProvider)
{
    // P11: a store that does not say in time who is below delays no signal; whoever it names later is ended side by side.
    private static readonly TimeSpan ListLimit = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan ShortestTime = TimeSpan.FromMilliseconds(1);

    private readonly ConcurrentDictionary<RunId, CascadeNode?> _family = new();
    private volatile bool _isReleased;
    private string? _problem;

    /// <summary>Ends the family of a run whose own kill is admitted.</summary>
    /// <returns>The report of the run, with those of its child runs inside.</returns>
    public async Task<KillReport> EndAsync(RunRecord run, KillRequest request, Admission admission)
    {
        CascadeNode root = new(run, request, admission);
        _family[run.RunId] = root;
        try
        {
            if (request.Mode == KillMode.Emergency)
            {
                // An escalation: whoever is known to be below feels it at once, whatever the store does.
                await AdmitKnownAsync(root).ConfigureAwait(false);
            }

            _ = await admission.Intent.ConfigureAwait(false);
            await FenceAsync(root).ConfigureAwait(false);
        }
        catch (StoreUnavailableException exception) when (admission.Intent.IsCompletedSuccessfully)
        {
            _problem = $"Its child runs, if it has any, were not ended: {exception.Message}";
            ReleaseAll();
        }
        catch
        {
            ReleaseAll();
            throw;
        }

        if (!isDeepestFirst)
        {
            ReleaseAll();
        }

        KillReport report = await EndAsync(root).ConfigureAwait(false);
        return _problem is null ? report : report with { Message = $"{report.Message} {_problem}".TrimStart() };
    }

    private async Task AdmitKnownAsync(CascadeNode node) => node.ChildRuns = await AdmitAsync(
        (node.Admission.Operation?.ChildRuns ?? []).Select(run => (node, run)), AdmitKnownAsync).ConfigureAwait(false);

    private async Task FenceAsync(CascadeNode root)
    {
        for (IReadOnlyList<CascadeNode> level = [root]; level.Count > 0;)
        {
            await Task.WhenAll(level.Select(async node =>
            {
                await ((Task)node.Admission.Intent).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                node.FencedAt = timeProvider.GetTimestamp();
            })).ConfigureAwait(false);

            // Of a run that may not be ended, or whose intent no store took, nobody below is ended either.
            Dictionary<RunId, CascadeNode> fenced = level
                .Where(node => node.Admission is { IsAnswered: false, Intent.IsCompletedSuccessfully: true }).ToDictionary(node => node.Run.RunId);
            if (fenced.Count == 0)
            {
                return;
            }

            ILookup<RunId, RunRecord> found = await ListAsync(fenced.Keys.ToHashSet(), root.Request.Mode == KillMode.Emergency).ConfigureAwait(false);
            IReadOnlyList<CascadeNode> more = await AdmitAsync(
                found.SelectMany(children => children.Select(run => (fenced[children.Key], run))), static _ => Task.CompletedTask).ConfigureAwait(false);
            foreach (CascadeNode node in fenced.Values)
            {
                node.ChildRuns = [.. node.ChildRuns, .. more.Where(child => found[node.Run.RunId].Any(run => run.RunId == child.Run.RunId))];
                if (node is { ChildRuns.Count: > 0, Admission.Operation: { } operation })
                {
                    operation.ChildRuns = [.. node.ChildRuns.Select(child => child.Run)];
                }
            }

            level = [.. fenced.Values.SelectMany(node => node.ChildRuns)];
        }
    }

    private async Task<ILookup<RunId, RunRecord>> ListAsync(HashSet<RunId> parents, bool isEmergency)
    {
        Task<ILookup<RunId, RunRecord>> listing = childRuns.ListAsync(parents, CancellationToken.None);
        try
        {
            return await listing.WaitAsync(ListLimit, timeProvider).ConfigureAwait(false);
        }
        catch (StoreUnavailableException exception) when (isEmergency)
        {
            _problem = $"Its child runs, if it has any that no run directory here names, were not ended: {exception.Message}";
            return childRuns.ListWithoutStore(parents);
        }
        catch (TimeoutException)
        {
            ReleaseAll();
            return await listing.ConfigureAwait(false);
        }
    }

    private async Task<IReadOnlyList<CascadeNode>> AdmitAsync(IEnumerable<(CascadeNode Parent, RunRecord Run)> found, Func<CascadeNode, Task> then) =>
        await Task.WhenAll(found.Where(child => !isSpared(child.Run) && _family.TryAdd(child.Run.RunId, null)).ToList().Select(async child =>
        {
            (CascadeNode parent, RunRecord run) = child;
            KillRequest request = HandDown(parent);
            bool isHeld = request.Mode == KillMode.Graceful && !_isReleased;
            CascadeNode node = new(run, request, await admit(run, request, parent.Run.RunId, isHeld).ConfigureAwait(false));
            _family[run.RunId] = node;
            if (_isReleased)
            {
                node.Release();
            }

            await then(node).ConfigureAwait(false);
            return node;
        })).ConfigureAwait(false);

    // The clock of a child run starts later than its parent's, so that much less is left to hand down.
    private KillRequest HandDown(CascadeNode parent)
    {
        KillRequest request = ChildRuns.Cascade(parent.Run.RunId, parent.Request);
        if (!isDeepestFirst || parent.Admission.Operation is not { } operation)
        {
            return request;
        }

        TimeSpan left = ChildRunTime.Handed(procedures.Budget(operation.Kill)) - timeProvider.GetElapsedTime(parent.FencedAt);
        return request with { GracePeriod = left > ShortestTime ? left : ShortestTime };
    }

    private void ReleaseAll()
    {
        _isReleased = true;
        foreach (CascadeNode? node in _family.Values)
        {
            node?.Release();
        }
    }

    private async Task<KillReport> EndAsync(CascadeNode node)
    {
        if (node.ChildRuns.Count == 0)
        {
            node.Release();
            return await node.Admission.Report.ConfigureAwait(false);
        }

        Task<KillReport?[]> ending = Task.WhenAll(node.ChildRuns.Select(EndChildAsync));
        if (node.Admission.Operation is { ChildRunsOver.IsCompleted: false } waiting)
        {
            tell(waiting.Kill, $"child runs: {string.Join(", ", node.ChildRuns.Select(child => child.Run.RunId))}");
            await ending.ConfigureAwait(false);
            tell(waiting.Kill, string.Empty);
        }

        KillReport?[] children = await ending.ConfigureAwait(false);
        node.Release();
        return await node.Admission.Report.ConfigureAwait(false) with { ChildRuns = [.. children.OfType<KillReport>()] };
    }

    // A child run whose kill no store took on record was not touched; its parent is ended all the same.
    private async Task<KillReport?> EndChildAsync(CascadeNode child)
    {
        try
        {
            return await EndAsync(child).ConfigureAwait(false);
        }
        catch (StoreUnavailableException exception)
        {
            _problem = $"Its child run {child.Run.RunId} was not ended: {exception.Message}";
            return null;
        }
    }
}
