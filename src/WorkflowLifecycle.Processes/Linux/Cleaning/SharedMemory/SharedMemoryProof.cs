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
    /// <param name="context">The look.</param>
    /// <param name="now">When that is.</param>
    public static Doubt? WhyNot(in BornFile file, Func<SharedMemoryHolders?> findHolders, RunProcesses processes, CleanupContext context, DateTimeOffset now)
    {
        if (file.Born is not { } born)
        {
            return new Doubt("this kernel does not tell when it was made");
        }

        if (!RunTime.Holds(context.Run, born, now))
        {
            return new Doubt("it was not made while the run was");
        }

        if (findHolders() is not { } holders)
        {
            return new Doubt("there was no time to see who else had it", IsOpen: true);
        }

        IReadOnlyCollection<ProcessKey> all = holders.Of(file.Key);
        uint owner = file.OwnerId;
        return Outsiders.Judge(all, processes, context, "had it too before the end")
            ?? (!all.Any(holder => FileFacts.Of($"/proc/{holder.Pid}")?.OwnerId == owner)
                    ? new Doubt("it belongs to another user than those of the run who have it", IsOpen: true)
                : holders.Unread > 0 && !file.IsPrivate ? new Doubt("others may open it, and not every process here may be looked into", IsOpen: true)
                : null);
    }
}
