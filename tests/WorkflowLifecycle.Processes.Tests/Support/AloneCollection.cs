namespace WorkflowLifecycle.Processes.Tests.Support;

/// <summary>Tests that change the whole process, and so run alone.</summary>
[CollectionDefinition(nameof(AloneCollection), DisableParallelization = true)]
public sealed class AloneCollection;
