namespace WorkflowLifecycle.Tests.Model;

/// <summary>What a call meets that a dead host still makes: it gets nothing done any more.</summary>
internal sealed class HostDiedException() : Exception("This host is dead.");
