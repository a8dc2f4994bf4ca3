using WorkflowLifecycle.Isolation;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Recovery;
using WorkflowLifecycle.Steps;

namespace WorkflowLifecycle.Cleanup;

/// <summary>The cleaning at the end of one run: the look before the first signal, and the work after the proof.</summary>
/// <param name="run">The run's row.</param>
/// <param name="killId">The kill; null when the run ended by itself.</param>
/// <param name="cleaners">Those that the row names and this process has.</param>
/// <param name="missing">The names of those that it does not have.</param>
/// <param name="steps">Names what is freed.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class RunCleanup(
    RunRecord run, KillId? killId, IReadOnlyList<CleanerRun> cleaners, IReadOnlyList<string> missing, StepWriter steps, TimeProvider timeProvider)
{
    private const string Unproven = "The end of the tree was not proven, so what it may still use is not touched before the machine was restarted.";

    /// <summary>True where a look before the first signal can find something.</summary>
    public bool HasCleaners => cleaners.Count > 0;

    /// <summary>Finds what the run has while its processes can still be asked.</summary>
    public Task LookAsync(CancellationToken stop) => Task.WhenAll(cleaners.Select(cleaner => cleaner.LookAsync(stop)));

    /// <summary>What would be cleaned, in words, as it is known now.</summary>
    public IReadOnlyList<string> Describe() =>
        [.. cleaners.Select(cleaner => cleaner.Describe()), .. missing.Select(name => $"{name}: a process that has this cleaner has to")];

    /// <summary>
    /// Frees everything. Only after the proof. The cleaners work side by side, and what held the run goes last: as long as it is there, whoever
    /// has to go on after a crash, or cannot wait, finds the proof in it.
    /// </summary>
    /// <param name="containment">What held the run.</param>
    /// <param name="stop">The time of the cleaners is up: what is left then is a debt, and who was not called by then is not called.</param>
    /// <param name="freeingStop">The time of what held the run is up, likewise.</param>
    public Task<CleanupEnd> CleanAsync(IContainment containment, CancellationToken stop, CancellationToken freeingStop) => CleanAsync(() => FreeAsync(containment, freeingStop), stop);

    /// <summary>The same for a run that nothing held any more.</summary>
    public Task<CleanupEnd> CleanAsync(CancellationToken stop) => CleanAsync(static () => Task.FromResult<IReadOnlyList<CleanupResult>>([]), stop);

    /// <summary>Lets go of what held the run, and of nothing else: without a proof somebody may still use what the run had.</summary>
    public async Task<CleanupEnd> WithholdAsync(IContainment containment, CancellationToken stop) => Withhold(await FreeAsync(containment, stop).ConfigureAwait(false));

    /// <summary>The same where that is done.</summary>
    public CleanupEnd Withhold(IReadOnlyList<CleanupResult> held) => End(held, [.. run.Cleaners.Select(name => Left(name, CleanupOutcomes.Withheld, Unproven))]);

    private async Task<CleanupEnd> CleanAsync(Func<Task<IReadOnlyList<CleanupResult>>> free, CancellationToken stop)
    {
        CleanerEnd[] ends = cleaners.Count == 0
            ? []
            : await steps.TakeAsync(PersistedStep.ResourcesCleaned, () => Task.WhenAll(cleaners.Select(cleaner => cleaner.RunAsync(stop)))).ConfigureAwait(false);
        IReadOnlyList<CleanupResult> held = await free().ConfigureAwait(false);
        return End(held, [.. ends, .. missing.Select(name => Left(name, CleanupOutcomes.NotAvailableHere, $"This process does not have the cleaner '{name}': it is left to one that has."))]);
    }

    // Where time counts, on a thread of its own: what the kernel holds up there must not hold up the answer.
    private async Task<IReadOnlyList<CleanupResult>> FreeAsync(IContainment containment, CancellationToken stop)
    {
        if (!stop.CanBeCanceled)
        {
            return await containment.FreeAsync(run, steps, stop).ConfigureAwait(false);
        }

        if (stop.IsCancellationRequested)
        {
            return [NotFreed()];
        }

        ForeignCall<IReadOnlyList<CleanupResult>>? freeing = null;
        try
        {
            freeing = new ForeignCall<IReadOnlyList<CleanupResult>>(told => containment.FreeAsync(run, steps, told));
            return await freeing.WaitAsync(stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return [NotFreed()];
        }
        catch (Exception exception)
        {
            // A machine that the run has filled up may have no thread for it.
            return [NotFreed() with { Outcome = CleanupOutcomes.Failed, Message = exception.Message }];
        }
        finally
        {
            freeing?.Abandon();
        }
    }

    private CleanupResult NotFreed() => new()
    {
        Cleaner = ContainmentDebts.CleanerName,
        Found = [run.Containment!.RunDirectory],
        Remaining = [run.Containment.RunDirectory],
        Outcome = CleanupOutcomes.CeilingReached,
        Message = "the time was up",
    };

    private CleanupEnd End(IReadOnlyList<CleanupResult> held, IReadOnlyList<CleanerEnd> ends) =>
        new(
            [.. held, .. ends.Select(end => end.Line)],
            [
                .. held.SelectMany(line => ContainmentDebts.Of(line).Select(resource => Debt(ContainmentDebts.CleanerName, resource, line.Message))),
                .. ends.SelectMany(end => end.Left.Select(left => Debt(end.Line.Cleaner, left.Resource, left.Reason))),
            ]);

    private static CleanerEnd Left(string name, string outcome, string why) => new(new CleanupResult { Cleaner = name, Outcome = outcome, Message = why }, [(null, why)]);

    private CleanupDebt Debt(string cleaner, RunResource? resource, string? reason) => CleanupDebts.New(run, killId, cleaner, resource, reason ?? "it is still there", timeProvider.GetUtcNow());
}
