namespace WorkflowLifecycle.Cli.Json;

/// <summary>A critical section that is entered now.</summary>
internal sealed record SectionEntry(CriticalSectionKind Kind, string Name, int? Pid);
