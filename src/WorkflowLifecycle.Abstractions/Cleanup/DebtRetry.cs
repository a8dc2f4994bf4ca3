namespace WorkflowLifecycle;

/// <summary>What became of a debt that was to be retried.</summary>
/// <param name="Debt">The debt as it is now.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Message">Why it is still open; null when it is settled.</param>
public sealed record DebtRetry(CleanupDebt Debt, DebtRetryOutcome Outcome, string? Message);
