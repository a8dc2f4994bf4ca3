namespace WorkflowLifecycle;

/// <summary>One line that the program wrote.</summary>
/// <param name="Stream">Which stream.</param>
/// <param name="Text">The line without its end, decoded as UTF-8 (invalid bytes become U+FFFD).</param>
/// <param name="IsCut">True when the line went on: lines are cut at 64 KiB, and the rest follows as further lines.</param>
public sealed record OutputLine(OutputStream Stream, string Text, bool IsCut = false);
