using System.Globalization;
using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle.Cli.Leaks;

/// <summary>Cleans what was judged to be a leak. Each one is in an audit before anything of it is touched, where a store is there to hold it.</summary>
internal sealed class LeakCleanup(CliContext context, LeakSurvey survey)
{
    private const string Intent = "LeakIntent";
    private const string Cleaned = "LeakCleaned";

    private readonly LocalUser _user = ContainmentPlatform.CurrentUser();

    public async Task<TraceCleanup> CleanAsync(Leak leak, CancellationToken cancellationToken)
    {
        IProcessStore? store = StoreOf(leak);
        if (store is not null && !await TryWriteAsync(store, leak, Intent, null, cancellationToken).ConfigureAwait(false))
        {
            return new TraceCleanup([], [.. leak.Traces.Things.Select(thing => $"{thing.Name} (the intent could not be written down)")]);
        }

        // The cgroup of the row, not one that has its name by now.
        RunTraces traces = leak.Row?.Run.Containment is { } containment ? leak.Traces with { CgroupInode = containment.CgroupInode } : leak.Traces;
        TraceCleanup cleanup = await MachineTraces.CleanAsync(traces, leak.RunId!.Value, keepOutput: leak.Row is not null, context.Time, cancellationToken).ConfigureAwait(false);
        if (store is null || !await TryWriteAsync(store, leak, Cleaned, cleanup, CancellationToken.None).ConfigureAwait(false))
        {
            context.Console.Say($"Not in any audit: what was cleaned of {leak.RunId}.");
        }

        return cleanup;
    }

    // Its own store knows the run best; any other keeps at least who did it, and when.
    private IProcessStore? StoreOf(Leak leak) =>
        (leak.Row?.Store ?? survey.Stores.All.FirstOrDefault(store => store.Location == leak.Traces.Remains?.Store)
            ?? survey.Stores.All.FirstOrDefault(store => store.Session is not null))?.Session?.Store;

    private async Task<bool> TryWriteAsync(IProcessStore store, Leak leak, string stage, TraceCleanup? cleanup, CancellationToken cancellationToken)
    {
        AuditDraft draft = new()
        {
            ChainId = _user.HostId,
            Stage = stage,
            At = context.Time.GetUtcNow(),
            RunId = leak.RunId,
            Actor = _user.Subject,
            Reason = leak.Why,
            Details = new Dictionary<string, string>
            {
                ["internalId"] = leak.Traces.InternalId!,
                ["verdict"] = leak.Verdict.ToString(),
                ["processes"] = leak.Traces.Things.Count(thing => thing.Kind == TraceKind.Process).ToString(CultureInfo.InvariantCulture),
                ["remaining"] = (cleanup?.Remaining.Count ?? leak.Traces.Things.Count).ToString(CultureInfo.InvariantCulture),
            },
        };
        try
        {
            await store.CommitAsync(new StoreCommit { Audit = [draft] }, CommitDurability.Machine, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (StoreUnavailableException problem)
        {
            context.Console.Say(problem.Message);
            return false;
        }
    }
}
