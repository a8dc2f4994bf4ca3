namespace WorkflowLifecycle.Processes.Linux.Evidence;

/// <summary>
/// One process while it is read. A thread that was left behind may still write here: each part is set at once, and never changed in place.
/// </summary>
internal sealed class ProcessDraft(ProcessSnapshot process)
{
    public ProcessSnapshot Process { get; } = process;

    public ProcessSample? First { get; set; }

    public ProcessSample? Second { get; set; }

    public ProcessPlaces? Places { get; set; }

    public ProcessTexts? Texts { get; set; }

    public IReadOnlyList<SocketEvidence> Sockets { get; set; } = [];

    public ProcessEvidence Finish()
    {
        ProcessSample? first = First;
        ProcessSample? second = Second;
        return new ProcessEvidence
        {
            Pid = Process.Pid,
            ParentPid = Process.ParentPid,
            StartTicks = Process.StartTicks,
            Name = Process.Name,
            State = first?.State ?? Process.State,
            BelongsBecause = Process.BelongsBecause,
            CommandLine = Texts?.CommandLine,
            WorkingDirectory = Places?.WorkingDirectory,
            WaitChannel = first?.WaitChannel,
            SystemCall = Places?.SystemCall,
            KernelStack = Places?.KernelStack ?? [],
            Threads = first?.Threads ?? 0,
            ResidentBytes = Process.ResidentBytes ?? 0,
            CpuMs = first?.CpuMs ?? 0,
            CpuDeltaMs = second?.CpuMs - first?.CpuMs,
            ReadDelta = second?.ReadBytes - first?.ReadBytes,
            WrittenDelta = second?.WrittenBytes - first?.WrittenBytes,
            Files = Places?.Files ?? [],
            Sockets = Sockets,
            EnvironmentNames = Texts?.EnvironmentNames ?? [],
        };
    }
}
