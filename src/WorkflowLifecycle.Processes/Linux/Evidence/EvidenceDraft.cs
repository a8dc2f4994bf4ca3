using System.Collections.Concurrent;
using WorkflowLifecycle.Processes.Linux.Cgroups;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Evidence;

/// <summary>The evidence of one tree while it is read, pass by pass.</summary>
internal sealed class EvidenceDraft(RunRecord run, Func<RunRecord, IContainment> open, Deadline deadline)
{
    // Shorter says little of a process that works in bursts, longer holds a kill up for nothing.
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(100);

    // What the last look needs beside its own time, which the first one tells.
    private static readonly TimeSpan _reserve = TimeSpan.FromMilliseconds(20);

    private static readonly string[] _cgroupFiles =
        ["cgroup.events", "cpu.stat", "cpu.pressure", "memory.pressure", "io.pressure", "memory.current", "memory.max", "memory.events", "io.stat", "pids.current"];

    private readonly ConcurrentQueue<string> _cut = new();
    private volatile IReadOnlyList<ProcessDraft> _processes = [];
    private volatile IReadOnlyList<EvidenceReading> _cgroup = [];
    private volatile IReadOnlyList<EvidenceOutput> _output = [];
    private double _intervalMs;
    private long _bytes;

    public async Task ReadAsync()
    {
        // Each step that lists is one item: half of it would be wrong.
        await PassAsync("processes", 1, _ => List(), deadline).ConfigureAwait(false);
        IReadOnlyList<ProcessDraft> processes = _processes;
        TimeSpan sampled = deadline.Elapsed;
        await PassAsync("states", processes.Count, at => processes[at].First = ProcessSample.Take(processes[at].Process), deadline).ConfigureAwait(false);
        TimeSpan took = deadline.Elapsed - sampled;
        Deadline between = deadline.Earlier((took * 1.5) + _reserve);
        await PassAsync("cgroup", processes.Count == 0 ? 0 : 1, _ => ReadCgroup(), between).ConfigureAwait(false);
        await PassAsync("files", processes.Count, at => ReadPlaces(processes[at]), between).ConfigureAwait(false);
        await PassAsync("sockets", 1, _ => ReadSockets(processes, between), between).ConfigureAwait(false);

        // Last, as these are where a process, or a disk, can hold the reader up.
        await PassAsync("command lines", processes.Count, at => ReadTexts(processes[at]), between).ConfigureAwait(false);
        await PassAsync("output", 1, _ => ReadOutput(), between).ConfigureAwait(false);
        TimeSpan pause = _interval - (deadline.Elapsed - sampled);
        if (processes.Count > 0 && pause > TimeSpan.Zero)
        {
            await deadline.Delay(pause < between.Left ? pause : between.Left > TimeSpan.Zero ? between.Left : TimeSpan.Zero).ConfigureAwait(false);
        }

        _intervalMs = (deadline.Elapsed - sampled).TotalMilliseconds;
        await PassAsync("second look", processes.Count, at => processes[at].Second = ProcessSample.Take(processes[at].Process), deadline).ConfigureAwait(false);
    }

    public TreeEvidence Finish()
    {
        ProcessEvidence[] processes = [.. _processes.Select(process => process.Finish())];
        return new TreeEvidence
        {
            IntervalMs = processes.Any(process => process.CpuDeltaMs is not null) ? _intervalMs : 0,
            Cut = [.. _cut.Distinct(StringComparer.Ordinal)],
            Processes = processes,
            Cgroup = _cgroup,
            Output = _output,
        };
    }

    private async Task PassAsync(string name, int count, Action<int> read, Deadline until)
    {
        if (!await ReadingThreads.ReadAsync(count, read, until).ConfigureAwait(false))
        {
            _cut.Enqueue(name);
        }
    }

    private void List()
    {
        IContainment containment = open(run);
        ProcessListing listing = containment.Inspect(InspectionDepth.Members, deadline.Left / 3);

        // It was never connected, so that there is nothing to wait for.
        _ = containment.DisposeAsync().AsTask();
        if (listing.Truncated || listing.Processes.Count > EvidenceLimits.Processes)
        {
            _cut.Enqueue("processes");
        }

        _processes = [.. listing.Processes.Take(EvidenceLimits.Processes).Select(process => new ProcessDraft(process))];
    }

    private void ReadCgroup()
    {
        using RunCgroup? cgroup = run.Containment?.CgroupPath is { } path ? RunCgroup.Open(path, run.Containment.CgroupInode, out _) : null;
        _cgroup = cgroup is null ? [] :
        [
            .. _cgroupFiles.Select(name => (name, text: cgroup.ReadText(name))).Where(file => file.text is not null)
                .Select(file => new EvidenceReading { Name = file.name, Lines = file.text!.Split('\n', StringSplitOptions.RemoveEmptyEntries) }),
        ];
    }

    private void ReadOutput()
    {
        if (run is { Output: OutputMode.Files, Containment.RunDirectory: { } directory })
        {
            _output =
            [
                new EvidenceOutput { Stream = OutputStream.Output, Lines = [OutputEnd.Read(Path.Combine(directory, "stdout.log"))] },
                new EvidenceOutput { Stream = OutputStream.Error, Lines = [OutputEnd.Read(Path.Combine(directory, "stderr.log"))] },
            ];
        }
    }

    private void ReadPlaces(ProcessDraft draft)
    {
        ProcessPlaces places = ProcessPlaces.Read(draft.Process.Pid);
        if (places.IsCut)
        {
            _cut.Enqueue("files");
        }

        if (IsStill(draft) && HasRoom("files", places.Files.Sum(file => file.Length)))
        {
            draft.Places = places;
        }
    }

    private void ReadTexts(ProcessDraft draft)
    {
        ProcessTexts texts = ProcessTexts.Read(draft.Process.Pid);
        if (IsStill(draft) && HasRoom("command lines", (texts.CommandLine?.Length ?? 0) + texts.EnvironmentNames.Sum(name => name.Length)))
        {
            draft.Texts = texts;
        }
    }

    private void ReadSockets(IReadOnlyList<ProcessDraft> processes, Deadline until)
    {
        IGrouping<string?, ProcessDraft>[] networks = [.. processes.Where(process => process.Places is { Sockets.Count: > 0 }).GroupBy(process => process.Places!.Network)];
        if (networks.Length > EvidenceLimits.NetworkNamespaces)
        {
            _cut.Enqueue("sockets");
        }

        foreach (IGrouping<string?, ProcessDraft> network in networks.Take(EvidenceLimits.NetworkNamespaces))
        {
            HashSet<long> wanted = [.. network.SelectMany(process => process.Places!.Sockets).Select(socket => socket.Inode)];
            SocketDescriptions table = SocketDescriptions.Read(network.First().Process.Pid, wanted, until);
            if (table.IsCut)
            {
                _cut.Enqueue("sockets");
            }

            foreach (ProcessDraft process in network)
            {
                process.Sockets = [.. process.Places!.Sockets.Select(socket => table.Describe(socket.Descriptor, socket.Inode))];
            }
        }
    }

    // What was read may be of somebody who has the number by now.
    private static bool IsStill(ProcessDraft draft) => ProcessReader.TryReadStat(draft.Process.Pid, out ProcStat stat) && stat.StartTicks == draft.Process.StartTicks;

    private bool HasRoom(string part, int bytes)
    {
        if (Interlocked.Add(ref _bytes, bytes) <= EvidenceLimits.Bytes)
        {
            return true;
        }

        _cut.Enqueue(part);
        return false;
    }
}
