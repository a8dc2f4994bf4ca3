using System.Runtime.Versioning;
using WorkflowLifecycle.Processes.Linux.Adopting;
using WorkflowLifecycle.Processes.Linux.Cgroups;
using WorkflowLifecycle.Processes.Linux.Cleaning.Files;
using WorkflowLifecycle.Processes.Linux.Cleaning.SharedMemory;
using WorkflowLifecycle.Processes.Linux.Deleting;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Proc;
using WorkflowLifecycle.Processes.Linux.RunDirectories;

namespace WorkflowLifecycle.Processes.Linux.Leaks;

/// <summary>Ends what is provably left of a run, and frees what held it.</summary>
[SupportedOSPlatform("linux")]
internal sealed class TraceCleaner(RunTraces traces, RunId run, bool keepOutput, TimeProvider timeProvider)
{
    // Each takes a descriptor while it is looked at.
    private const int PinnedAtOnce = 256;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly Machine _machine = Machine.Read();
    private readonly HashSet<string> _cleaned = new(StringComparer.Ordinal);
    private readonly List<string> _remaining = [];

    public async Task<TraceCleanup> CleanAsync(CancellationToken cancellationToken)
    {
        using KillLock? held = await TryLockAsync().ConfigureAwait(false);
        if (traces.Remains is not null && held is null)
        {
            return new TraceCleanup([], [.. traces.Things.Select(thing => $"{thing.Name} (another process is at it)")]);
        }

        // By the inode that was written down at the launch: a cgroup that merely has the name is not opened.
        ulong inode = traces.Remains?.Containment.CgroupInode ?? traces.CgroupInode;
        using RunCgroup? cgroup = traces.CgroupPath is { } path ? RunCgroup.Open(path, inode, out _) : null;
        IReadOnlyList<Trace> left = await EndAsync(cgroup, cancellationToken).ConfigureAwait(false);
        _remaining.AddRange(left.Select(process => $"{process.Name} ({WhyNot(process) ?? "it did not end"})"));
        if (left.Count == 0)
        {
            Free(cgroup);
        }
        else
        {
            _remaining.AddRange(traces.Things.Where(thing => thing.Pid == 0).Select(thing => $"{thing.Name} (processes are left)"));
        }

        return new TraceCleanup([.. _cleaned], _remaining) { HasSurvivor = left.Count > 0 };
    }

    /// <summary>Why that process may not be ended; null when it may.</summary>
    private string? WhyNot(Trace process) =>
        process.Signs.Contains(TraceSigns.IsShim) ? null
        : !process.Signs.Contains(TraceSigns.Cgroup) && !process.Signs.Contains(TraceSigns.Shim) ? "neither the run's cgroup nor its shim holds it"
        : process.MarkedRun is null ? "the run's mark is not in its environment"
        : process.MarkedRun != run ? $"its environment names {process.MarkedRun}"
        : null;

    // A process may start another between a look and a signal: again, until a look finds nobody who may be ended. The shim goes last, it reaps the others.
    private async Task<IReadOnlyList<Trace>> EndAsync(RunCgroup? cgroup, CancellationToken cancellationToken)
    {
        long started = timeProvider.GetTimestamp();
        while (true)
        {
            IReadOnlyList<Trace> there = TraceProcesses.Of(cgroup, traces.Remains, _machine, ProcessTable.Read());
            Trace[] alive = [.. there.Where(process => !IsDead(process))];
            Trace[] ends = [.. alive.Where(process => WhyNot(process) is null)];
            Trace[] others = [.. ends.Where(process => !process.Signs.Contains(TraceSigns.IsShim))];
            bool shimMayLeave = others.Length == 0 && alive.Length == ends.Length;
            if (alive.Length == 0 || (others.Length == 0 && !shimMayLeave) || timeProvider.GetElapsedTime(started) > Limit)
            {
                return alive;
            }

            foreach (Trace[] some in (shimMayLeave ? ends : others).Chunk(PinnedAtOnce))
            {
                End(some, cgroup);
            }

            await Task.Delay(Pause, timeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    // Pinned first, looked at again then: whoever has a number by now, the signs are those of the process that its descriptor names. One look for many
    // of them: it reads every process of the machine.
    private void End(IReadOnlyList<Trace> processes, RunCgroup? cgroup)
    {
        IReadOnlySet<int> own = Ancestry.OfThisProcess();
        List<(Trace Process, FileDescriptor Descriptor)> pinned = [];
        try
        {
            foreach (Trace process in processes.Where(process => !own.Contains(process.Pid)))
            {
                if (PidDescriptor.Open(process.Pid, out _) is { } descriptor)
                {
                    pinned.Add((process, descriptor));
                }
            }

            Dictionary<int, Trace> now = TraceProcesses.Of(cgroup, traces.Remains, _machine, ProcessTable.Read()).ToDictionary(process => process.Pid);
            foreach ((Trace process, FileDescriptor descriptor) in pinned)
            {
                if (now.TryGetValue(process.Pid, out Trace? there) && there.StartTicks == process.StartTicks && WhyNot(there) is null
                    && PidDescriptor.Signal(descriptor, Libc.SignalKill) == 0)
                {
                    _cleaned.Add(process.Name);
                }
            }
        }
        finally
        {
            pinned.ForEach(process => process.Descriptor.Dispose());
        }
    }

    private static bool IsDead(Trace process) => !ProcessReader.TryReadStat(process.Pid, out ProcStat stat) || stat.StartTicks != process.StartTicks || ProcessReader.HasExited(stat);

    private void Free(RunCgroup? cgroup)
    {
        if (traces.CgroupPath is { } path)
        {
            Note(path, cgroup is null ? "it cannot be opened" : cgroup.IsPopulated() != false ? "somebody is in it" : cgroup.Remove());
        }

        if (traces.Remains?.Containment.RunDirectory is { } directory)
        {
            // Output that is kept is no leak: it stays until the retention of its run takes it away.
            Note(directory, new RunDirectory(directory).Remove(keepOutput).Failed.Count > 0 ? "it could not be removed" : null);
        }

        foreach (Trace temp in traces.Things.Where(thing => thing.Kind == TraceKind.TempDirectory))
        {
            Note(temp.Name, RemoveTemp(temp.Name));
        }

        foreach (Trace segment in traces.Things.Where(thing => thing.Kind == TraceKind.SharedMemory))
        {
            Note(segment.Name, NamedSegments.Remove(segment.Name, Libc.EffectiveUserId(), timeProvider));
        }
    }

    // By a walk that follows no link and crosses no mount; only what this user made, whom nobody can forge.
    private string? RemoveTemp(string path)
    {
        try
        {
            using PinnedDirectory? place = PinnedDirectory.Open(path);
            if (place is null)
            {
                return null;
            }

            if (place.Facts.OwnerId != Libc.EffectiveUserId())
            {
                return "it belongs to another user";
            }

            OwnedDirectory.Remove(place, static _ => { }, timeProvider, keep: null, CancellationToken.None);
            return null;
        }
        catch (IOException problem)
        {
            return problem.Message;
        }
    }

    private void Note(string name, string? problem)
    {
        if (problem is null)
        {
            _cleaned.Add(name);
        }
        else
        {
            _remaining.Add($"{name} ({problem})");
        }
    }

    private async Task<KillLock?> TryLockAsync()
    {
        if (traces.Remains is not { } remains)
        {
            return null;
        }

        try
        {
            // A lock that is held now is another's, who is at it: not waited for.
            return await KillLock.TakeAsync(new RunDirectory(remains.Containment.RunDirectory), static () => false, timeProvider, new CancellationToken(canceled: true)).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }
}
