using System.Globalization;
using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.SharedMemory;

/// <summary>What segments are a run's, and which others its processes have while they are there: those are told.</summary>
internal static class RunSegments
{
    public static IReadOnlyList<RunResource> Look(SharedMemoryDirectory directory, CleanupContext context, LookTime time)
    {
        IReadOnlyDictionary<string, BornFile> files = directory.Read();
        if (files.Count == 0)
        {
            return [];
        }

        SharedMemoryHolders own = SharedMemoryHolders.Of(RunMembers.Listed(context), directory.Key, time);
        List<RunResource> told = [];
        foreach ((string name, BornFile file) in files.OrderBy(file => file.Key, StringComparer.Ordinal))
        {
            string path = SharedMemoryDirectory.PathOf(name);
            RunResource? known = context.Known.FirstOrDefault(known => known.Name == path && file.IsThat(known.Details));
            if ((known is null || Doubt.Of(known) is { IsOpen: true }) && own.Of(file.Key) is { Count: > 0 } ours)
            {
                told.Add(Describe(path, file, $"{ProcessKey.Describe(ours)} had it", WhyNot(name, file, ours, context.Run)).Seen(context));
            }
            else if (known is not null)
            {
                told.Add(known.Seen(context));
            }
        }

        return told;
    }

    /// <summary>Why a segment is not provably the run's; null when it is.</summary>
    /// <param name="name">Its name below <c>/dev/shm</c>.</param>
    /// <param name="file">The segment.</param>
    /// <param name="holders">Who of the run has it now.</param>
    /// <param name="run">The run.</param>
    public static Doubt? WhyNot(string name, BornFile file, IReadOnlyCollection<ProcessKey> holders, RunRecord run) =>
        !SegmentName.IsOf(run, name) ? new Doubt($"its name does not begin with the run's ({SegmentName.Variable})")
        : file.BornNanoseconds == 0 ? new Doubt("this kernel does not tell when it was made")

        // The number can be seen by others, who could take such a name: then it is of one of them.
        : run.HostUser == string.Create(CultureInfo.InvariantCulture, $"os:{file.OwnerId}")
            || holders.Any(holder => FileFacts.Of($"/proc/{holder.Pid}")?.OwnerId == file.OwnerId) ? null
        : new Doubt("it belongs to another user than those of the run who have it", IsOpen: true);

    public static RunResource Describe(string path, in BornFile file, string note, Doubt? doubt)
    {
        Dictionary<string, string> details = file.Details;
        doubt?.AddTo(details);
        return new RunResource
        {
            Cleaner = CleanerNames.SharedMemory,
            Name = path,
            Handling = doubt is null ? ResourceHandling.Clean : ResourceHandling.Report,
            Note = doubt is null ? note : $"{note}; {doubt}",
            Details = details,
        };
    }
}
