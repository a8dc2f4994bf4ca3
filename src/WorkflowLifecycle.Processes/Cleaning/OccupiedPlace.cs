namespace WorkflowLifecycle.Processes;

/// <summary>Something on the disk that somebody needs: no directory that holds it is deleted.</summary>
/// <param name="Path">Where it is, absolute.</param>
/// <param name="What">What it is, for the message: "the working directory of run …".</param>
public sealed record OccupiedPlace(string Path, string What)
{
    /// <summary>True where no directory in it is deleted either.</summary>
    public bool IsWhole { get; init; }
}
