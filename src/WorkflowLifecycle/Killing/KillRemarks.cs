using Microsoft.Extensions.Logging;
using WorkflowLifecycle.Telemetry;

namespace WorkflowLifecycle.Killing;

/// <summary>
/// Tells who watches what kills wait for. Of each kill one remark is on its way, and only the latest waits behind it: so the last that is
/// written is the last that was said, however fast it changes. What the store does not take is lost, as the next would make it out of date.
/// </summary>
internal sealed class KillRemarks(KillLedger ledger, ILogger<KillRemarks> logger)
{
    private readonly Lock _lock = new();

    // The kills with a remark on its way, and what waits behind it.
    private readonly Dictionary<KillId, string?> _next = [];

    /// <summary>Takes what a kill waits for now; nothing any more when the text is empty. Never waits, and does not throw.</summary>
    public void Tell(KillRecord kill, string waiting)
    {
        lock (_lock)
        {
            bool isOnItsWay = _next.ContainsKey(kill.KillId);
            _next[kill.KillId] = waiting;
            if (isOnItsWay)
            {
                return;
            }
        }

        _ = Task.Run(() => WriteAsync(kill));
    }

    private async Task WriteAsync(KillRecord kill)
    {
        while (Take(kill.KillId) is { } waiting)
        {
            try
            {
                await ledger.RecordWaitingAsync(kill, waiting).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                Log.RemarkLost(logger, kill.KillId, kill.RunId, exception.Message);
            }
        }
    }

    private string? Take(KillId killId)
    {
        lock (_lock)
        {
            string? waiting = _next[killId];
            if (waiting is null)
            {
                _next.Remove(killId);
            }
            else
            {
                _next[killId] = null;
            }

            return waiting;
        }
    }
}
