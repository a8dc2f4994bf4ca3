using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.SharedMemory;

/// <summary>
/// What has to come together before a segment is the run's: somebody of the run has it, nobody else does, it was born while the run was, and it
/// belongs to the user as whom they run. Each by itself says nothing.
/// </summary>
internal static class SharedMemoryProof
{
    /// <summary>Why it is not proven; null when it is.</summary>
    public static string? WhyNot(in BornFile file, SharedMemoryHolders holders, CleanupContext context, DateTimeOffset now)
    {
        IReadOnlyCollection<ProcessKey> all = holders.Of(file.Key);
        List<ProcessKey> strangers = [.. all.Where(holder => !holder.IsAmong(context.Processes))];
        if (strangers.Count > 0)
        {
            return $"{ProcessKey.Describe(strangers)} had it too before the end";
        }

        if (file.Born is not { } born)
        {
            return "this kernel does not tell when it was made";
        }

        if (!RunTime.Holds(context.Run, born, now))
        {
            return "it was not made while the run was";
        }

        uint owner = file.OwnerId;
        return !all.Any(holder => FileFacts.Of($"/proc/{holder.Pid}")?.OwnerId == owner) ? "it belongs to another user than those of the run who have it"
            : holders.Unread > 0 && !file.IsPrivate ? "others may open it, and not every process here may be looked into"
            : null;
    }
}
