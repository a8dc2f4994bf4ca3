using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Adopting;

/// <summary>Describes a tree before it is adopted.</summary>
internal sealed class CandidateReader(AdoptionCgroup cgroups, LocalUser user, TimeProvider timeProvider)
{
    private const double TicksPerSecond = 100;

    private static readonly long _pageSize = Environment.SystemPageSize;

    public AdoptCandidate Read(ProcessIdentity root, ProcessTable table, TrackedTrees tracked, bool includeSession)
    {
        ProcStat stat = table.Stats[root.Pid];
        ProcessFacts? facts = ProcessFacts.Of(root.Pid);
        AdoptableTree tree = AdoptableTree.Of(table, stat, includeSession, []);
        CgroupPlaces places = new();
        string?[] origins = [.. tree.Members.Where(member => member.Stat.State is not ('Z' or 'X')).Select(member => places.Of(member.Stat.Pid))];
        (string? cgroupRoot, string why) = cgroups.Find(origins);
        AdoptionRules rules = new(user, tracked);
        AdoptFailedException? refusal = tree.Members.Where(member => member.Stat.State is not ('Z' or 'X')).Select(member => rules.WhyNot(member, table)).FirstOrDefault(found => found is not null);
        return new AdoptCandidate
        {
            Root = root,
            User = $"os:{facts?.User}",
            StartedAt = StartOf(stat),
            WorkingDirectory = new FileInfo($"/proc/{root.Pid}/cwd").LinkTarget is { Length: > 0 } directory ? directory : "/",
            CpuTime = tree.Members.Aggregate(TimeSpan.Zero, (sum, member) => sum + (ProcessFacts.Of(member.Stat.Pid)?.CpuTime ?? TimeSpan.Zero)),
            ResidentBytes = tree.Members.Sum(member => member.Stat.ResidentPages * _pageSize),
            Processes = [.. tree.Members.Select(Describe)],
            Nearby = [.. tree.Nearby(table, stat, facts?.Group ?? 0).Select(Describe)],
            TrackedBy = tracked.HolderOf(root.Pid, table) is { } run && RunId.TryParse(run, out RunId holder) ? holder : null,
            StartedUnder = TrackedTrees.MarkOf(root.Pid),
            Refusal = refusal?.Message,
            RefusedAs = refusal?.Failure,
            Strength = cgroupRoot is null ? ContainmentStrength.BestEffort : ContainmentStrength.CgroupOnly,
            Consequences = [.. cgroupRoot is null ? WhatWeaknessMeans(why) : WhatMovingMeans(origins.OfType<string>().Where(origin => !places.IsTop(origin)))],
        };
    }

    private static IEnumerable<string> WhatMovingMeans(IEnumerable<string> origins) => origins.CountBy(origin => origin).Select(place =>
        $"{place.Value} {(place.Value == 1 ? "process leaves" : "processes leave")} the cgroup {place.Key}: the unit, session or container that it is of no longer counts, limits or ends them, and may take itself for ended when nobody is left in it");

    private static IEnumerable<string> WhatWeaknessMeans(string why) =>
        [$"no cgroup can be had ({why}): children that daemonize later are lost, and the end of the tree will not be proven"];

    private DateTimeOffset StartOf(in ProcStat stat)
    {
        string? uptime = SmallFile.ReadText("/proc/uptime")?.Split(' ')[0];
        if (!double.TryParse(uptime, System.Globalization.CultureInfo.InvariantCulture, out double seconds))
        {
            return timeProvider.GetUtcNow();
        }

        ulong now = TimeNamespace.ToMachine((ulong)(seconds * TicksPerSecond));
        double age = now > stat.StartTicks ? (now - stat.StartTicks) / TicksPerSecond : 0;
        return timeProvider.GetUtcNow() - TimeSpan.FromSeconds(age);
    }

    private static ProcessSnapshot Describe((ProcStat Stat, string Why) member) => new()
    {
        Pid = member.Stat.Pid,
        ParentPid = member.Stat.ParentPid,
        StartTicks = member.Stat.StartTicks,
        Name = member.Stat.Name,
        State = member.Stat.State,
        ResidentBytes = member.Stat.ResidentPages * _pageSize,
        CommandLine = ProcessReader.ReadCommandLine(member.Stat.Pid),
        BelongsBecause = member.Why,
    };
}
