using Microsoft.Extensions.Logging;
using WorkflowLifecycle.Registry;

namespace WorkflowLifecycle.Killing;

/// <summary>Puts requests on record that were permitted and began no kill of their own: they joined one, or came after the end.</summary>
internal sealed class RequestRecorder(KillLedger ledger, TimeProvider timeProvider, ILogger<RequestRecorder> logger)
{
    public const string Joined = "joined";
    public const string CameAfter = "cameAfter";

    // The answer comes after the entry where the store is there, so that a process that leaves with its answer has it on record.
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(500);

    /// <summary>Begins to write, behind everything that the request does.</summary>
    /// <returns>Completes when it is written, or after half a second: the entry then follows when the store is back. Does not throw.</returns>
    public async Task RecordAsync(KillRecord asked, string ground, KillId met, string how)
    {
        using CancellationTokenSource limit = new(Limit, timeProvider);
        Task written = StoreReturn.BeginAsync(asked.RunId, () => ledger.RecordMetAsync(asked, ground, met, how), timeProvider, logger);
        await written.WaitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
