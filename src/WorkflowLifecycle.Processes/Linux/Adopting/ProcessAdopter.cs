using System.Runtime.Versioning;
using WorkflowLifecycle.Processes.Linux.Cgroups;
using WorkflowLifecycle.Processes.Linux.Proc;
using WorkflowLifecycle.Processes.Linux.RunDirectories;

namespace WorkflowLifecycle.Processes.Linux.Adopting;

/// <summary>Looks for trees by text, at trees by token, and makes what holds them.</summary>
[SupportedOSPlatform("linux")]
internal sealed class ProcessAdopter(ContainmentSettings settings, Machine machine, LocalUser user, string runtimeRoot, TimeProvider timeProvider) : IProcessAdopter
{
    private readonly CandidateReader _reader = new(new AdoptionCgroup(settings, user), user, timeProvider);

    private string Runs => Path.Combine(runtimeRoot, RuntimeRoot.Runs);

    public IReadOnlyList<AdoptCandidate> Find(string text, CancellationToken cancellationToken)
    {
        ProcessTable table = ProcessTable.Read();
        TrackedTrees tracked = new(Runs);
        IReadOnlySet<int> untouchable = Ancestry.OfThisProcess();
        HashSet<int> matches = [.. table.Stats.Keys.Where(pid => !untouchable.Contains(pid) && Matches(pid, text) && IsInReach(pid))];
        List<AdoptCandidate> found = [];
        foreach (int pid in matches.Where(pid => !table.Above(pid).Any(matches.Contains)).Order())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (machine.Identify(pid) is { } root && root.StartTicks == table.Stats[pid].StartTicks)
            {
                found.Add(_reader.Read(root, table, tracked, includeSession: false));
            }
        }

        return found;
    }

    public AdoptCandidate Look(AdoptToken token, bool includeSession)
    {
        ProcessIdentity root = machine.Identify(token.Pid) is { } there && token.Names(there) ? there : throw NotThere(token);
        ProcessTable table = ProcessTable.Read();
        return table.Stats.TryGetValue(root.Pid, out ProcStat stat) && stat.StartTicks == root.StartTicks
            ? _reader.Read(root, table, new TrackedTrees(Runs), includeSession)
            : throw NotThere(token);
    }

    public async Task<IPreparedAdoption> PrepareAsync(AdoptionSpec spec, CancellationToken cancellationToken)
    {
        string runs = RuntimeRoot.Prepare(runtimeRoot, user);
        AdoptionLock adoptionLock = await AdoptionLock.TakeAsync(runs, timeProvider, cancellationToken).ConfigureAwait(false);
        try
        {
            if (machine.Look(spec.Root) != ProcessPresence.Present)
            {
                throw NotThere(AdoptToken.Of(spec.Root));
            }

            AdoptionRules rules = new(user, new TrackedTrees(runs), spec.InternalId);
            IReadOnlyList<string?> origins = CheckTree(spec, rules);
            (RunCgroup? cgroup, string why) = new AdoptionCgroup(settings, user).Create(origins, spec.InternalId);
            RequireStrength(spec, cgroup, why);
            return await MakeAsync(spec, runs, cgroup, adoptionLock, rules).ConfigureAwait(false);
        }
        catch
        {
            adoptionLock.Dispose();
            throw;
        }
    }

    public string? Undo(RunRecord run)
    {
        ContainmentRecord containment = run.Containment!;
        RunDirectory directory = new(containment.RunDirectory);
        if (containment.CgroupPath is { } path)
        {
            using RunCgroup? cgroup = RunCgroup.Open(path, containment.CgroupInode, out bool isGone);
            string? problem = cgroup is not null ? new AdoptionUndo(AdoptionFile.Read(directory), timeProvider).PutBack(cgroup)
                : isGone ? null : $"{path} cannot be opened from here";
            if (problem is not null)
            {
                return problem;
            }
        }

        return directory.Remove(keepOutput: false).Failed is [{ } left, ..] ? $"{left} in {directory.Path} could not be removed" : null;
    }

    private static bool Matches(int pid, string text) =>
        ProcessReader.ReadCommandLine(pid)?.Replace('\0', ' ').Contains(text, StringComparison.OrdinalIgnoreCase) == true;

    private bool IsInReach(int pid) => user.IsPrivileged || ProcessFacts.Of(pid)?.User == user.Id;

    private static List<string?> CheckTree(AdoptionSpec spec, AdoptionRules rules)
    {
        ProcessTable table = ProcessTable.Read();
        CgroupPlaces places = new();
        List<string?> origins = [];
        ProcStat root = table.Stats.GetValueOrDefault(spec.Root.Pid);
        foreach ((ProcStat Stat, string Why) member in AdoptableTree.Of(table, root, spec.IncludeSession, []).Members.Where(member => member.Stat.State is not ('Z' or 'X')))
        {
            if (rules.WhyNot(member, table) is { } refusal)
            {
                throw refusal;
            }

            // One that is gone by now is in no cgroup, and needs none.
            string? origin = places.Of(member.Stat.Pid);
            if (origin is not null || ProcessReader.TryReadStat(member.Stat.Pid, out _))
            {
                origins.Add(origin);
            }
        }

        return origins;
    }

    private static void RequireStrength(AdoptionSpec spec, RunCgroup? cgroup, string why)
    {
        ContainmentStrength strength = cgroup is null ? ContainmentStrength.BestEffort : ContainmentStrength.CgroupOnly;
        if (strength < spec.MinimumStrength)
        {
            _ = cgroup?.Remove();
            cgroup?.Dispose();
            throw new AdoptFailedException(
                AdoptFailure.TooWeak,
                $"The tree could be held at {strength} only{(why.Length > 0 ? $" ({why})" : string.Empty)}, and {spec.MinimumStrength} was asked for. Lower MinimumStrength, or see 'workflowctl doctor'.");
        }
    }

    private async Task<IPreparedAdoption> MakeAsync(AdoptionSpec spec, string runs, RunCgroup? cgroup, AdoptionLock adoptionLock, AdoptionRules rules)
    {
        RunDirectory? directory = null;
        try
        {
            directory = RunDirectory.Create(
                runs, spec.InternalId, made => RunIdentityFile.Write(made, Describe(spec), cgroup?.Path, cgroup?.Inode ?? 0, shim: null, machine.Identify(Environment.ProcessId)));

            // Held until all are inside: a kill that came in between would end a part, and say that it was the whole.
            KillLock? killLock = await KillLock.TakeAsync(directory, static () => false, timeProvider, CancellationToken.None).ConfigureAwait(false);
            AdoptionFile record = AdoptionFile.Create(directory);
            AdoptionMaterial material = new(spec, directory, cgroup, record, killLock, adoptionLock);
            return new PreparedAdoption(material, rules, machine, timeProvider);
        }
        catch (IOException exception)
        {
            _ = cgroup?.Remove();
            cgroup?.Dispose();
            directory?.Remove(keepOutput: false);
            throw new AdoptFailedException(AdoptFailure.NotHeld, $"{exception.Message} Free space below {runtimeRoot}; see 'workflowctl doctor'.", exception);
        }
    }

    private static ContainmentSpec Describe(AdoptionSpec spec) => new()
    {
        RunId = spec.RunId,
        InternalId = spec.InternalId,
        Program = string.Empty,
        Arguments = [],
        WorkingDirectory = "/",
        Environment = new Dictionary<string, string>(),
        OnHostExit = OnHostExit.Keep,
        Output = OutputMode.Discard,
    };

    private AdoptFailedException NotThere(AdoptToken token)
    {
        ProcessIdentity? now = machine.Identify(token.Pid);
        string what = !AdoptToken.Of(machine.Identify(Environment.ProcessId)!).Boot.Equals(token.Boot, StringComparison.Ordinal) ? "is of another boot or machine: that process is gone"
            : now is null ? "names a process that has exited"
            : $"names a process that has exited; PID {token.Pid} belongs to another one now";
        return new AdoptFailedException(AdoptFailure.NotThere, $"The token {token} {what}. Look again with 'workflowctl find'.");
    }
}
