namespace WorkflowLifecycle.EndToEnd.Tests.Shutdown.Conformance;

public sealed class FilePhaseTests() : BuiltInPhaseConformance("file", CriticalSectionKind.File);
