using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Ending;

/// <summary>Signals processes of a listing without the shim: by pidfd, and only while PID and start are what was listed.</summary>
internal static class DirectSignals
{
    public static int Send(IReadOnlyList<ProcessSnapshot> processes, params ReadOnlySpan<int> signals)
    {
        IReadOnlySet<int> untouchable = Ancestry.OfThisProcess();
        List<FileDescriptor> pinned = [];
        try
        {
            foreach (ProcessSnapshot process in processes)
            {
                if (!untouchable.Contains(process.Pid) && Pin(process) is { } descriptor)
                {
                    pinned.Add(descriptor);
                }
            }

            int signalled = 0;
            for (int i = 0; i < signals.Length; i++)
            {
                foreach (FileDescriptor descriptor in pinned)
                {
                    signalled += PidDescriptor.Signal(descriptor, signals[i]) == 0 && i == 0 ? 1 : 0;
                }
            }

            return signalled;
        }
        finally
        {
            pinned.ForEach(descriptor => descriptor.Dispose());
        }
    }

    private static FileDescriptor? Pin(ProcessSnapshot process)
    {
        FileDescriptor? descriptor = PidDescriptor.Open(process.Pid, out _);
        if (descriptor is null)
        {
            return null;
        }

        // Read after the descriptor was opened: if the start still matches, the descriptor names the process that was listed.
        if (ProcessReader.TryReadStat(process.Pid, out ProcStat stat) && stat.StartTicks == process.StartTicks)
        {
            return descriptor;
        }

        descriptor.Dispose();
        return null;
    }
}
