namespace WorkflowLifecycle.Processes;

/// <summary>What is to hold a tree that runs already. Disposing without <see cref="Confirm"/> puts everything back.</summary>
public interface IPreparedAdoption : IAsyncDisposable
{
    /// <summary>What must be durable before the first process is moved.</summary>
    ContainmentRecord Containment { get; }

    /// <summary>What was taken in, once <see cref="HoldAsync"/> returned; without those that were born inside.</summary>
    IReadOnlyList<ProcessIdentity> Adopted { get; }

    /// <summary>Takes process after process in until none is outside.</summary>
    /// <exception cref="AdoptFailedException">It cannot be done, or not in time; dispose to put back what was moved.</exception>
    Task HoldAsync();

    /// <summary>Puts everything back.</summary>
    /// <returns>Null when nothing is left of it; else why not.</returns>
    string? Undo();

    /// <summary>Keeps what was done.</summary>
    IHeldRun Confirm();
}
