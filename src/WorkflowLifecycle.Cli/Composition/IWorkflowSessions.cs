using System.Security.Claims;

namespace WorkflowLifecycle.Cli.Composition;

/// <summary>Opens the library on a store, and says who asks.</summary>
internal interface IWorkflowSessions
{
    /// <summary>The user of this process, in whose name it launches and kills.</summary>
    ClaimsPrincipal Caller { get; }

    /// <summary>Opens the store.</summary>
    /// <exception cref="StoreUnavailableException">It cannot be opened.</exception>
    ValueTask<IWorkflowSession> OpenAsync(StoreChoice store, StoreUse use, CancellationToken cancellationToken);

    /// <summary>The library on a store that cannot be opened, to end a run all the same. Nothing is made where the store was.</summary>
    /// <param name="location">Where it is, or was.</param>
    /// <param name="problem">What is wrong with it.</param>
    IWorkflowSession OpenAway(string location, string problem);

    /// <summary>The library without a store, to look at the machine.</summary>
    IWorkflowSession OpenWithoutStore();
}
