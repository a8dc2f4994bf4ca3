using System.Collections.Concurrent;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Ending;

/// <summary>
/// Looks for a text in the environments of processes. The kernel takes the lock of a process' memory for that, which may be held for ever, and no such read
/// can be cancelled: it is done on threads that can be left behind, and whoever made one hang is not asked by others until that one came back.
/// </summary>
internal static class EnvironmentSearch
{
    private const int MostHanging = 16;
    private const int StackSize = 256 * 1024;

    private static readonly TimeSpan _patience = TimeSpan.FromMilliseconds(50);

    private static readonly ConcurrentDictionary<(int Pid, ulong StartTicks), bool> _hanging = new();

    /// <summary>The first one, from a place on, whose environment has the text.</summary>
    /// <param name="processes">Whom to ask.</param>
    /// <param name="from">With whom to begin.</param>
    /// <param name="text">What to look for.</param>
    /// <param name="isWhole">False when somebody could not be asked.</param>
    /// <returns>Its place; -1 when there is none.</returns>
    public static int Find(IReadOnlyList<ProcStat> processes, int from, string text, out bool isWhole)
    {
        isWhole = true;
        while (from < processes.Count)
        {
            if (_hanging.Count >= MostHanging)
            {
                isWhole = false;
                return -1;
            }

            int at = Ask(processes, from, text, out bool hangs);
            if (!hangs)
            {
                isWhole &= !processes.Any(process => _hanging.ContainsKey(KeyOf(process)));
                return at;
            }

            isWhole = false;
            from = at + 1;
        }

        return -1;
    }

    private static (int Pid, ulong StartTicks) KeyOf(in ProcStat process) => (process.Pid, process.StartTicks);

    // Where it got to, and whether it hangs there; the place that was found otherwise.
    private static int Ask(IReadOnlyList<ProcStat> processes, int from, string text, out bool hangs)
    {
        Lock turn = new();
        using ManualResetEventSlim over = new();
        int at = from;
        int found = -1;
        bool isLeft = false;
        Thread thread = new(
            () =>
            {
                for (int i = from; i < processes.Count; i++)
                {
                    lock (turn)
                    {
                        if (isLeft)
                        {
                            return;
                        }

                        at = i;
                    }

                    bool names = !_hanging.ContainsKey(KeyOf(processes[i])) && ProcessReader.NamesInEnvironment(processes[i].Pid, text);
                    lock (turn)
                    {
                        if (isLeft)
                        {
                            _hanging.TryRemove(KeyOf(processes[i]), out _);
                            return;
                        }

                        if (names)
                        {
                            found = i;
                            break;
                        }
                    }
                }

                lock (turn)
                {
                    if (!isLeft)
                    {
                        over.Set();
                    }
                }
            },
            StackSize)
        { IsBackground = true, Name = "environments" };
        thread.Start();
        for (int last = -1; ;)
        {
            if (over.Wait(_patience))
            {
                hangs = false;
                return found;
            }

            lock (turn)
            {
                if (over.IsSet)
                {
                    hangs = false;
                    return found;
                }

                if (at == last)
                {
                    isLeft = hangs = true;
                    _hanging[KeyOf(processes[at])] = true;
                    return at;
                }

                last = at;
            }
        }
    }
}
