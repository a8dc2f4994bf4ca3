namespace WorkflowLifecycle.Processes.Linux.Cleaning.SharedMemory;

/// <summary>
/// What segments a run has while its processes are there. What an earlier look said of one stands: a maker who was a stranger does not become the run by letting
/// go, and one that the run had for itself stays its own when somebody opens it later. So the rest of the machine is asked once for each, and again only where a
/// look could not tell.
/// </summary>
internal sealed class RunSegments(SharedLook<SharedMemoryHolders> machine, bool reportOnly, TimeProvider timeProvider)
{
    public IReadOnlyList<RunResource> Look(SharedMemoryDirectory directory, CleanupContext context, LookTime time)
    {
        IReadOnlyDictionary<string, BornFile> files = directory.Read();
        if (files.Count == 0)
        {
            return [];
        }

        RunProcesses processes = RunMembers.Listed(context);
        SharedMemoryHolders own = SharedMemoryHolders.Of(processes, directory.Key, time);
        long seen = timeProvider.GetTimestamp();
        List<RunResource> told = [];
        foreach ((string name, BornFile file) in files.OrderBy(file => file.Key, StringComparer.Ordinal))
        {
            string path = directory.PathOf(name);
            RunResource? known = context.Known.FirstOrDefault(known => known.Name == path && file.IsThat(known.Details));
            if ((known is null || Doubt.Of(known) is { IsOpen: true }) && own.Of(file.Key) is { Count: > 0 } ours)
            {
                FileKey key = file.Key;
                Doubt? doubt = SharedMemoryProof.WhyNot(
                    file, () => machine.Seeing(look => look.Of(key).Any(processes.Has), seen, time), processes, context, timeProvider.GetUtcNow());
                told.Add(SharedMemoryCleaner.Describe(path, file, doubt is null && !reportOnly, $"{ProcessKey.Describe(ours)} had it", doubt).Seen(context));
            }
            else if (known is not null)
            {
                told.Add(known.Seen(context));
            }
        }

        return told;
    }
}
