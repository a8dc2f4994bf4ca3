using Microsoft.Extensions.Logging;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Registry;
using WorkflowLifecycle.Telemetry;

namespace WorkflowLifecycle.Killing;

/// <summary>
/// Makes a refusal stick: a store that did not take an intent in time may take it later, and nobody would carry that kill out. The
/// refusal itself goes on record under the kill's id, which keeps the intent out; where that came first, it is taken back.
/// </summary>
internal sealed class IntentWithdrawal(KillLedger ledger, IContainmentPlatform platform, TimeProvider timeProvider, ILogger<IntentWithdrawal> logger)
{
    // Whoever has taken the intent up meanwhile is done with it by then.
    private static readonly TimeSpan LockMargin = KillClock.Ceiling + TimeSpan.FromSeconds(3);

    /// <summary>Begins, and goes on as long as the store is away.</summary>
    public void Begin(RunRecord run, KillRecord kill, string ground, string why) =>
        _ = StoreReturn.BeginAsync(run.RunId, () => WithdrawAsync(run, kill, ground, why), timeProvider, logger);

    private async Task WithdrawAsync(RunRecord run, KillRecord kill, string ground, string why)
    {
        KillReport report = KillReports.Of(run, kill, KillOutcome.Denied, why);
        if (await ledger.RefuseAsync(run, kill, ground, report).ConfigureAwait(false))
        {
            return;
        }

        using IDisposable? held = await LockAsync(run, kill).ConfigureAwait(false);
        if (await ledger.WithdrawAsync(kill, report).ConfigureAwait(false))
        {
            Log.KillWithdrawn(logger, kill.KillId, run.RunId);
        }
    }

    // Who holds the lock executes the kill, and then it is no longer ours to take back.
    private async Task<IDisposable?> LockAsync(RunRecord run, KillRecord kill)
    {
        if (run.Containment is null)
        {
            return null;
        }

        using CancellationTokenSource limit = new(kill.TerminateCeiling + LockMargin, timeProvider);
        IContainment containment = platform.Open(run);
        await using (containment.ConfigureAwait(false))
        {
            try
            {
                return await containment.LockAsync(limit.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return null;
            }
        }
    }
}
