using System.Security.Claims;

namespace WorkflowLifecycle;

/// <summary>Forgets runs that are over for long enough: rows, evidence, output and run directories. A host does it by itself, at its start and then daily.</summary>
public interface IRunRetention
{
    /// <summary>
    /// Forgets what ended before an instant. Never a run that is not over, that has an open kill, an open debt or a child run that is not over; never
    /// the audit. Who may ask is the caller's to decide.
    /// </summary>
    /// <param name="request">What to forget.</param>
    /// <param name="actor">Who asks: it is audited.</param>
    /// <param name="cancellationToken">Ends it between two batches.</param>
    /// <exception cref="StoreUnavailableException">The store cannot be read or written.</exception>
    Task<RetentionReport> ApplyAsync(RetentionRequest request, ClaimsPrincipal actor, CancellationToken cancellationToken = default);
}
