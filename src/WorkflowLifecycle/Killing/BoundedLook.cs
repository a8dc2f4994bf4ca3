using WorkflowLifecycle.Isolation;
using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle.Killing;

/// <summary>
/// The processes of a run with their command lines. Reading those can hang, with a process whose memory the kernel has locked, and no limit of the
/// reader helps then: it is read on a thread of its own, and what cannot hang is read instead when that does not come back, or cannot begin.
/// </summary>
internal static class BoundedLook
{
    // The reader keeps its limit by itself, as long as nothing hangs.
    private static readonly TimeSpan Margin = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan MembersLimit = TimeSpan.FromMilliseconds(50);

    /// <summary>Who is in a run, without command lines: nothing of that can hang.</summary>
    public static ProcessListing Members(IContainmentPlatform platform, RunRecord run)
    {
        IContainment containment = platform.Open(run);
        try
        {
            return containment.Inspect(InspectionDepth.Members, MembersLimit);
        }
        finally
        {
            // It was never connected, so that there is nothing to wait for.
            _ = containment.DisposeAsync().AsTask().Observed();
        }
    }

    public static async Task<ProcessListing> TakeAsync(IContainment containment, TimeSpan limit, TimeProvider timeProvider)
    {
        ForeignCall<ProcessListing>? look = null;
        try
        {
            look = new ForeignCall<ProcessListing>(_ => Task.FromResult(containment.Inspect(InspectionDepth.Full, limit)));
            return await look.Work.WaitAsync(limit + Margin, timeProvider).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // It hangs; or a machine that the run has filled up has no thread or no file for it.
            return containment.Inspect(InspectionDepth.Members, MembersLimit) with { Truncated = true };
        }
        finally
        {
            look?.Abandon();
        }
    }
}
