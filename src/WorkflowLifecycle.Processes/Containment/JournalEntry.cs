namespace WorkflowLifecycle.Processes;

/// <summary>An act that the holder of a tree wrote down, in its own words (Shim/PROTOCOL.md, part 4).</summary>
/// <param name="At">When (UTC).</param>
/// <param name="Event">What.</param>
/// <param name="Values">What belongs to it.</param>
public sealed record JournalEntry(DateTimeOffset At, string Event, IReadOnlyDictionary<string, string> Values);
