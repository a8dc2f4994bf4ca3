using System.Runtime.Versioning;
using WorkflowLifecycle.Processes.Linux.Cgroups;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Adopting;

/// <summary>
/// Takes a running tree in. Nobody is stopped for it: once a process is in the cgroup, whatever it forks is born inside, so that moving
/// one closes it as firmly as stopping it would; and an adopter that dies in the middle leaves nobody stopped.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class PreparedAdoption : IPreparedAdoption
{
    private const int QuietLooks = 2;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    private readonly AdoptionMaterial _material;
    private readonly AdoptionRules _rules;
    private readonly Machine _machine;
    private readonly TimeProvider _timeProvider;
    private readonly CgroupPlaces _places = new();
    private readonly List<AdoptedProcess> _taken = [];
    private readonly HashSet<(int Pid, ulong StartTicks)> _known = [];
    private readonly HashSet<string> _movable = new(StringComparer.Ordinal);
    private bool _confirmed;

    public PreparedAdoption(AdoptionMaterial material, AdoptionRules rules, Machine machine, TimeProvider timeProvider)
    {
        _material = material;
        _rules = rules;
        _machine = machine;
        _timeProvider = timeProvider;
    }

    public ContainmentRecord Containment => _material.Containment;

    public IReadOnlyList<ProcessIdentity> Adopted => [.. _taken.Select(process =>
        _material.Spec.Root with { Pid = process.Pid, StartTicks = process.StartTicks, PidfsHandle = process.Handle })];

    public Task HoldAsync() => Task.Run(Hold);

    public IHeldRun Confirm()
    {
        _confirmed = true;
        _material.Release();
        return new AdoptedRun(_material.Spec.Root, _material.Directory, _material.Cgroup, _machine, _timeProvider);
    }

    public string? Undo()
    {
        if (_confirmed)
        {
            return null;
        }

        _confirmed = true;
        string? problem = _material.Cgroup is null ? null : new AdoptionUndo(_taken, _timeProvider).PutBack(_material.Cgroup);
        if (problem is null)
        {
            _material.Directory.Remove(keepOutput: false);
        }

        _material.Dispose();
        return problem;
    }

    public async ValueTask DisposeAsync() => await Task.Run(Undo).ConfigureAwait(false);

    private void Hold()
    {
        long started = _timeProvider.GetTimestamp();
        for (int quiet = 0; quiet < QuietLooks;)
        {
            if (_timeProvider.GetElapsedTime(started) > Limit)
            {
                throw NotHeld($"the tree went on growing outside for {Limit.TotalSeconds:0} s");
            }

            quiet = TakeInOnce() ? 0 : quiet + 1;
        }

        if (_machine.Look(_material.Spec.Root) != ProcessPresence.Present)
        {
            throw new AdoptFailedException(AdoptFailure.NotThere, $"Process {_material.Spec.Root.Pid} exited while it was adopted. Look for what it left: 'workflowctl find'.");
        }
    }

    // True when somebody was outside.
    private bool TakeInOnce()
    {
        ProcessTable table = ProcessTable.Read();
        List<int> inside = [];
        _material.Cgroup?.AddProcesses(inside);
        HashSet<int> known = [.. inside];
        known.UnionWith(_taken.Where(process => table.Stats.TryGetValue(process.Pid, out ProcStat stat) && stat.StartTicks == process.StartTicks).Select(process => process.Pid));
        ProcStat root = new() { Pid = _material.Spec.Root.Pid, StartTicks = _material.Spec.Root.StartTicks };
        root = table.Stats.GetValueOrDefault(root.Pid, root) is var now && now.StartTicks == root.StartTicks ? now : root;
        HashSet<int> closed = _material.Cgroup is null ? known : [.. inside];
        bool found = false;
        foreach ((ProcStat Stat, string Why) member in AdoptableTree.Of(table, root, _material.Spec.IncludeSession, known).Members)
        {
            if (!closed.Contains(member.Stat.Pid) && HasThreads(member.Stat))
            {
                if (_rules.WhyNot(member, table) is { } refusal)
                {
                    throw refusal;
                }

                found |= TakeIn(member.Stat);
            }
        }

        return found;
    }

    private bool TakeIn(in ProcStat stat)
    {
        // Held by its descriptor first and read again second: what is read then is of that process, or of nobody.
        using FileDescriptor? descriptor = PidDescriptor.Open(stat.Pid, out int errno);
        if ((descriptor is null && errno == Errno.ESRCH) || !IsThere(stat))
        {
            return false;
        }

        // A process that exits at this moment has no cgroup to read any more, and nobody has to move it.
        string? origin = _material.Cgroup is null ? null : _places.Of(stat.Pid);
        bool isInside = origin is not null && origin == _material.Cgroup?.Path;
        if (isInside || (origin is null && _material.Cgroup is not null && !IsThere(stat)))
        {
            return false;
        }

        if (_known.Add((stat.Pid, stat.StartTicks)))
        {
            AdoptedProcess process = new(stat.Pid, stat.StartTicks, descriptor is null ? null : PidDescriptor.Handle(descriptor), origin);
            _material.Record.Append(process);
            _taken.Add(process);
        }

        if (_material.Cgroup is { } cgroup)
        {
            Move(stat, origin, cgroup, descriptor);
        }

        return true;
    }

    private void Move(in ProcStat stat, string? origin, RunCgroup cgroup, FileDescriptor? descriptor)
    {
        if (origin is null || (_movable.Add(origin) && CgroupPlaces.WhyNotMovable(origin, cgroup.Path) is not null))
        {
            throw NotHeld($"process {stat.Pid} is in a cgroup from which it cannot be moved ({origin ?? "not seen from here"})");
        }

        int errno = CgroupPlaces.Move(stat.Pid, cgroup.Path);
        if (errno is not (0 or Errno.ESRCH))
        {
            throw NotHeld($"the kernel refused to move process {stat.Pid}: {Errno.Describe(errno)}");
        }

        // The kernel moves by number. If ours was collected meanwhile, whoever has its number now was not meant.
        if (descriptor is not null && PidDescriptor.Signal(descriptor, 0) == Errno.ESRCH
            && ProcessReader.TryReadStat(stat.Pid, out ProcStat stranger) && _places.Of(stranger.ParentPid) is { } home && home != cgroup.Path)
        {
            _ = CgroupPlaces.Move(stranger.Pid, home);
        }
    }

    private static bool IsThere(in ProcStat stat) =>
        ProcessReader.TryReadStat(stat.Pid, out ProcStat now) && now.StartTicks == stat.StartTicks && HasThreads(now);

    // A leader in state Z may still have threads that run.
    private static bool HasThreads(in ProcStat stat)
    {
        if (stat.State is not ('Z' or 'X'))
        {
            return true;
        }

        try
        {
            return Directory.EnumerateDirectories($"/proc/{stat.Pid}/task").Skip(1).Any();
        }
        catch (IOException)
        {
            // Gone before the directory was opened, or between that and reading it (ESRCH).
            return false;
        }
    }

    private static AdoptFailedException NotHeld(string why) =>
        new(AdoptFailure.NotHeld, $"It cannot be adopted: {why}. All that was moved is put back, and goes on. Adopt a smaller tree of it, or try again when it is calmer.");
}
