namespace WorkflowLifecycle.Tests.Support;

/// <summary>Tests that tell from the thread pool whether anything goes on, and so run alone.</summary>
[CollectionDefinition(nameof(AloneCollection), DisableParallelization = true)]
public sealed class AloneCollection;
