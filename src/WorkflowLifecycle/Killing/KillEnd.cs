namespace WorkflowLifecycle.Killing;

/// <summary>What a kill came to.</summary>
/// <param name="Report">The report.</param>
/// <param name="SentKill">Whether SIGKILL was sent.</param>
/// <param name="Debts">What is not free yet.</param>
internal sealed record KillEnd(KillReport Report, bool SentKill, IReadOnlyList<CleanupDebt> Debts);
