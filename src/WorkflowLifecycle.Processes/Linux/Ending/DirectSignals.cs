namespace WorkflowLifecycle.Processes.Linux.Ending;

/// <summary>Signals processes of a listing without the shim: by pidfd, and only those that belong to the run after they were pinned.</summary>
internal static class DirectSignals
{
    /// <summary>Sends each signal in turn to all.</summary>
    /// <returns>How many got the first one.</returns>
    public static int Send(IReadOnlyList<ProcessSnapshot> processes, IMembership membership, Action<EndingStep>? at, params ReadOnlySpan<int> signals)
    {
        at?.Invoke(EndingStep.Listed);
        using PinnedProcesses pinned = PinnedProcesses.Pin(processes);
        at?.Invoke(EndingStep.Pinned);
        HashSet<int> members = membership.Confirm(pinned);
        at?.Invoke(EndingStep.Confirmed);
        int signalled = 0;
        for (int i = 0; i < signals.Length; i++)
        {
            foreach (int pid in members)
            {
                signalled += pinned.Signal(pid, signals[i]) && i == 0 ? 1 : 0;
            }
        }

        return signalled;
    }
}
