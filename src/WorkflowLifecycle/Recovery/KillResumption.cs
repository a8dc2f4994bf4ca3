using Microsoft.Extensions.Logging;
using WorkflowLifecycle.Killing;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Shutdown;
using WorkflowLifecycle.Telemetry;

namespace WorkflowLifecycle.Recovery;

/// <summary>Carries on kills whose executor died: nobody has to ask again.</summary>
internal sealed class KillResumption(IContainmentPlatform platform, KillRunner runner, ShutdownProcedures procedures, TimeProvider timeProvider, ILogger<KillResumption> logger)
{
    /// <summary>Whether nobody carries it out, as far as can be told from here.</summary>
    /// <returns>Null when it is so; else what keeps us from it.</returns>
    public async Task<string?> FindObstacleAsync(RunRecord run)
    {
        if (runner.Find(run.RunId) is not null)
        {
            return "this process carries it out";
        }

        if (run.Containment is not { } held)
        {
            return null;
        }

        if (platform.FindOwnInside(held) is { } inside)
        {
            return $"process {inside} of the run is this one, or one above it: a run is not ended from inside";
        }

        IContainment containment = platform.Open(run);
        await using (containment.ConfigureAwait(false))
        {
            try
            {
                using IDisposable? free = await containment.LockAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
                return null;
            }
            catch (OperationCanceledException)
            {
                return "another process carries it out";
            }
        }
    }

    /// <summary>How long it may still take before it sends SIGKILL.</summary>
    public TimeSpan GraceLeft(KillRecord kill) => kill.Mode == KillMode.Emergency ? TimeSpan.Zero : procedures.Budget(kill).After(timeProvider.GetUtcNow() - kill.RequestedAt).Total;

    /// <summary>Carries it on, under its own id. Does not throw.</summary>
    /// <returns>Its report; null when it could not be carried on, and the log says why.</returns>
    public async Task<KillReport?> ResumeAsync(RunRecord run, KillRecord kill)
    {
        Log.KillTakenUp(logger, kill.KillId, run.RunId, kill.Mode, kill.RequestedBy, GraceLeft(kill).TotalSeconds);
        try
        {
            return await runner.ResumeAsync(run, kill).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Log.KillInterrupted(logger, kill.KillId, run.RunId, exception);
            return null;
        }
    }
}
