namespace WorkflowLifecycle.EndToEnd.Tests.Shutdown.Conformance;

public sealed class DatabasePhaseTests() : BuiltInPhaseConformance("database", CriticalSectionKind.Database);
