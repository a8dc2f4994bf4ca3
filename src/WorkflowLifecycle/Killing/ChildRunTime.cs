using WorkflowLifecycle.Shutdown;

namespace WorkflowLifecycle.Killing;

/// <summary>
/// How a graceful kill shares its time with the child runs that are ended first. One clock, the parent's, runs for all of them: a child run gets
/// what the parent may use for waiting, so the terminate stage of each level stays its own, and however deep the levels are, none adds to the total.
/// </summary>
internal static class ChildRunTime
{
    /// <summary>The total of the child runs, from the parent's intent on.</summary>
    public static TimeSpan Handed(GraceBudget budget) => budget.Quiesce;

    /// <summary>
    /// When the parent goes on without them, from its intent on. Past their total they only have to be seen dead: they get their five seconds for
    /// that, but never more than half of what the parent kept for its own terminate stage.
    /// </summary>
    public static TimeSpan WaitedFor(GraceBudget budget)
    {
        TimeSpan half = (budget.Total - budget.Quiesce) / 2;
        return budget.Quiesce + (half < KillClock.Ceiling ? half : KillClock.Ceiling);
    }
}
