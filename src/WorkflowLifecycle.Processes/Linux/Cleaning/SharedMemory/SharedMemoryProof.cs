using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.SharedMemory;

/// <summary>
/// What has to come together before a segment is the run's: somebody of the run has it, nobody else does, it was born while the run was, and it
/// belongs to the user as whom they run. Each by itself says nothing.
/// </summary>
internal static class SharedMemoryProof
{
    /// <summary>Why it is not proven; null when it is.</summary>
    /// <param name="file">The segment, that a process of the run has.</param>
    /// <param name="findHolders">A look at the whole machine in which that is seen; null where there is none to be had.</param>
    /// <param name="processes">The run's.</param>
    /// <param name="run">Its row.</param>
    /// <param name="now">When that is.</param>
    public static string? WhyNot(in BornFile file, Func<SharedMemoryHolders?> findHolders, RunProcesses processes, RunRecord run, DateTimeOffset now)
    {
        if (file.Born is not { } born)
        {
            return "this kernel does not tell when it was made";
        }

        if (!RunTime.Holds(run, born, now))
        {
            return "it was not made while the run was";
        }

        if (findHolders() is not { } holders)
        {
            return "there was no time to see who else had it";
        }

        IReadOnlyCollection<ProcessKey> all = holders.Of(file.Key);
        List<ProcessKey> strangers = [.. all.Where(holder => !processes.Has(holder))];
        uint owner = file.OwnerId;
        return strangers.Count > 0 ? $"{ProcessKey.Describe(strangers)} had it too before the end"
            : !all.Any(holder => FileFacts.Of($"/proc/{holder.Pid}")?.OwnerId == owner) ? "it belongs to another user than those of the run who have it"
            : holders.Unread > 0 && !file.IsPrivate ? "others may open it, and not every process here may be looked into"
            : null;
    }
}
