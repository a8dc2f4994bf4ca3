using System.Security.Claims;

namespace WorkflowLifecycle.Cli.Composition;

/// <summary>The library composed for the command line: the one file that names the engine and the store.</summary>
internal sealed class CliServices(TimeProvider time) : IWorkflowSessions
{
    public ClaimsPrincipal Caller { get; } = new();

    public ValueTask<IWorkflowSession> OpenAsync(StoreChoice store, CancellationToken cancellationToken) =>
        throw new StoreUnavailableException($"The engine is not part of this build ({time.GetUtcNow():O}); {store.File} is not opened.");

    public IWorkflowSession OpenWithoutStore() => throw new StoreUnavailableException("The engine is not part of this build.");
}
