namespace WorkflowLifecycle.EndToEnd.Tests.Shutdown.Conformance;

public sealed class OtherPhaseTests() : BuiltInPhaseConformance("other", CriticalSectionKind.Other);
