namespace WorkflowLifecycle.Processes.Linux.Cleaning.SharedMemory;

/// <summary>
/// What segments a run has while its processes are there. What an earlier look said of one stands: a maker who was a stranger does not become the run by letting
/// go, and one that the run had for itself stays its own when somebody opens it later. So the rest of the machine is asked once for each.
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

        RunProcesses processes = new(context.Processes);
        SharedMemoryHolders own = SharedMemoryHolders.Of(processes, directory.Key, time);
        long seen = timeProvider.GetTimestamp();
        List<RunResource> told = [];
        foreach ((string name, BornFile file) in files.OrderBy(file => file.Key, StringComparer.Ordinal))
        {
            string path = directory.PathOf(name);
            if (context.Known.FirstOrDefault(known => known.Name == path && file.IsThat(known.Details)) is { } known)
            {
                told.Add(known.Seen(context));
            }
            else if (own.Of(file.Key) is { Count: > 0 } ours)
            {
                FileKey key = file.Key;
                string? doubt = SharedMemoryProof.WhyNot(
                    file, () => machine.Seeing(look => look.Of(key).Any(processes.Has), seen, time), processes, context.Run, timeProvider.GetUtcNow());
                string had = $"{ProcessKey.Describe(ours)} had it";
                told.Add(SharedMemoryCleaner.Describe(path, file, doubt is null && !reportOnly, doubt is null ? had : $"{had}; not provably the run's: {doubt}").Seen(context));
            }
        }

        return told;
    }
}
