namespace WorkflowLifecycle.EndToEnd.Tests.Shutdown.Conformance;

public sealed class GitPhaseTests() : BuiltInPhaseConformance("git", CriticalSectionKind.Git);
