using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Working;

/// <summary>The files that processes have open.</summary>
internal sealed class OpenFiles(TimeProvider timeProvider)
{
    // A look that is repeated every 50 ms must not take longer than that by much; what has no time left is not seen.
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(80);

    /// <summary>Those below one of the directories, of the newest processes first: who works on something was mostly started for it.</summary>
    public IEnumerable<OpenFile> Below(IReadOnlyList<string> directories, IEnumerable<ProcessSnapshot> processes)
    {
        long started = timeProvider.GetTimestamp();
        foreach (ProcessSnapshot process in processes.OrderByDescending(process => process.StartTicks).ThenByDescending(process => process.Pid))
        {
            bool? isStill = null;
            foreach (string descriptor in OpenDescriptors.Of(process.Pid))
            {
                if (timeProvider.GetElapsedTime(started) > Limit)
                {
                    yield break;
                }

                if (OpenDescriptors.ReadPath(process.Pid, descriptor) is { } path && directories.Any(directory => WorkPath.IsBelow(path, directory)) && (isStill ??= IsStill(process)))
                {
                    yield return new OpenFile(process, descriptor, path);
                }
            }
        }
    }

    /// <summary>Of those who have a file open, in the order of <see cref="Below"/>, the oldest: the others got it by being started, and may be gone in a moment.</summary>
    public static OpenFile OfItsOpener(IEnumerable<OpenFile> holders) => holders.Last();

    // The number may have changed hands since the processes were listed.
    private static bool IsStill(ProcessSnapshot process) =>
        ProcessReader.TryReadStat(process.Pid, out ProcStat stat) && stat.StartTicks == process.StartTicks;
}
