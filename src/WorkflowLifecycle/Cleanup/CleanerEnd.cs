namespace WorkflowLifecycle.Cleanup;

/// <summary>What one cleaner came to.</summary>
/// <param name="Line">Its line of the receipt.</param>
/// <param name="Left">What remains to be freed, with the reason; a resource of null is the whole cleaner.</param>
internal sealed record CleanerEnd(CleanupResult Line, IReadOnlyList<(RunResource? Resource, string Reason)> Left);
