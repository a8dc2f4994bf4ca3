namespace WorkflowLifecycle.Processes;

/// <summary>What the emergency spool holds.</summary>
/// <param name="Entries">Whole entries that were not settled, oldest first.</param>
/// <param name="Damaged">What is torn, altered or missing, in words. It stays until a person looks.</param>
public sealed record SpoolContent(IReadOnlyList<SpoolEntry> Entries, IReadOnlyList<string> Damaged)
{
    /// <summary>Nothing.</summary>
    public static SpoolContent Empty { get; } = new([], []);
}
