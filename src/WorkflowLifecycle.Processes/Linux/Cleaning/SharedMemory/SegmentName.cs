namespace WorkflowLifecycle.Processes.Linux.Cleaning.SharedMemory;

/// <summary>
/// The names of segments and semaphores that are a run's. The kernel keeps no maker of them, and neither an owner, nor a time, nor who has one open says who
/// made it. So each program is told a name that is random and its run's alone: what begins with it is the run's, whoever asks, and whenever.
/// </summary>
internal static class SegmentName
{
    /// <summary>The variable in which a program finds its run's name.</summary>
    public const string Variable = "WORKFLOW_LIFECYCLE_SHARED_MEMORY";

    private const string Prefix = "wfl-";
    private const int LengthOfId = 32;

    // The C library puts it before the name of a semaphore.
    private const string Semaphore = "sem.";

    public static string Of(string internalId) => Prefix + internalId;

    public static bool IsOf(RunRecord run, string name) => IdIn(name) is { } id && id == run.InternalId;

    /// <summary>The internal id that a file below <c>/dev/shm</c> is named by; null when it is named by none.</summary>
    public static string? IdIn(string name)
    {
        string own = name.StartsWith(Semaphore, StringComparison.Ordinal) ? name[Semaphore.Length..] : name;
        return own.StartsWith(Prefix, StringComparison.Ordinal) && own.Length >= Prefix.Length + LengthOfId
            && own.Substring(Prefix.Length, LengthOfId) is var id && id.All(char.IsAsciiHexDigitLower) ? id : null;
    }
}
