namespace WorkflowLifecycle.Cli.Json;

/// <summary>One step by which the program is told to leave; of <c>signal</c> and <c>text</c> the one that its kind has.</summary>
internal sealed record TerminationStepEntry(TerminationStepKind Kind, int? Signal, string? Text, IReadOnlyList<string> Arguments, double? WaitSeconds);
