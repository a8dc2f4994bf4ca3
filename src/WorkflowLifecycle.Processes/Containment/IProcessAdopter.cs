namespace WorkflowLifecycle.Processes;

/// <summary>Finds and holds trees that somebody else started. Command lines are not redacted yet.</summary>
public interface IProcessAdopter
{
    /// <summary>The trees whose root's command line contains a text.</summary>
    IReadOnlyList<AdoptCandidate> Find(string text, CancellationToken cancellationToken);

    /// <summary>The tree of one process, as it would be adopted.</summary>
    /// <exception cref="AdoptFailedException">The token names no process any more.</exception>
    AdoptCandidate Look(AdoptToken token, bool includeSession);

    /// <summary>Makes what is to hold the tree, and touches nothing of it. One adoption of a runtime root at a time: the others wait for its end.</summary>
    /// <exception cref="AdoptFailedException">The tree cannot be adopted; nothing is left.</exception>
    Task<IPreparedAdoption> PrepareAsync(AdoptionSpec spec, CancellationToken cancellationToken);

    /// <summary>Undoes an adoption whose adopter died in the middle: all go back to where they were.</summary>
    /// <returns>Null when nothing is left of it; else why not.</returns>
    string? Undo(RunRecord run);
}
