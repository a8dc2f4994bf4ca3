namespace WorkflowLifecycle.Hosting;

/// <summary>A run that this process watches.</summary>
/// <param name="RunId">The run.</param>
/// <param name="OnHostExit">What is to become of it when this process leaves.</param>
/// <param name="Parent">The run that it was launched under.</param>
internal sealed record HostRun(RunId RunId, OnHostExit OnHostExit, RunId? Parent);
