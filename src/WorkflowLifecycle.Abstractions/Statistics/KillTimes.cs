namespace WorkflowLifecycle;

/// <summary>How long the kills of a mode took, from the durable intent to the answer.</summary>
/// <param name="Mode">The mode in the end.</param>
/// <param name="Count">How many there were.</param>
/// <param name="AverageMs">On average, in milliseconds.</param>
/// <param name="P99Ms">99 of 100 took no longer than this, in milliseconds.</param>
/// <param name="LongestMs">The longest, in milliseconds.</param>
public sealed record KillTimes(KillMode Mode, int Count, double AverageMs, double P99Ms, double LongestMs);
