using System.Globalization;
using System.Runtime.Versioning;
using WorkflowLifecycle.Processes.Linux.Adopting;

namespace WorkflowLifecycle.Processes.Linux.Leaks;

/// <summary>What is more at the end of one run than at its launch, look by look.</summary>
/// <param name="context">The end.</param>
/// <param name="settings">Where runs get their cgroups.</param>
/// <param name="root">The runtime directory.</param>
/// <param name="launch">How things were at the launch; null where this process did not see it.</param>
/// <param name="isAmbiguous">Whether other runs of this host began or ended meanwhile.</param>
/// <param name="timeProvider">The clock.</param>
[SupportedOSPlatform("linux")]
internal sealed class EndComparison(CleanupContext context, ContainmentSettings settings, string root, LaunchNote? launch, bool isAmbiguous, TimeProvider timeProvider)
{
    private const int MostOfAKind = 20;

    // The look at all processes of a machine with thousands of them must not take what the others need.
    private static readonly TimeSpan ScanLimit = TimeSpan.FromMilliseconds(100);

    private IReadOnlyList<Newcomer>? _newcomers;
    private bool _isCut;

    /// <summary>That nothing was compared, and why.</summary>
    public static RunResource TellNoSnapshot(RunRecord run) => Tell(
        "comparison with the launch",
        run.Host.Pid == Environment.ProcessId
            ? "not made: this process has no snapshot of the launch. Only processes and their ports were looked at"
            : "not made: another process launched the run, and the snapshot of the launch is in that. Only processes and their ports were looked at");

    public IReadOnlyList<RunResource> Look(CancellationToken cancellationToken)
    {
        ProcessTable table = ProcessTable.Read();
        LiveRuns live = new(root);
        _newcomers = _newcomers is null ? Search(table, live, cancellationToken) : [.. _newcomers.Where(newcomer => newcomer.IsThere())];
        return [.. TellProcesses(table, live), .. launch is null ? [] : Compare(launch, table, live)];
    }

    private List<Newcomer> Search(ProcessTable table, LiveRuns live, CancellationToken cancellationToken)
    {
        long started = timeProvider.GetTimestamp();
        return [.. new NewcomerSearch(context, table, live).Find(() => IsTimeUp(started, cancellationToken))];
    }

    private bool IsTimeUp(long started, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return _isCut |= timeProvider.GetElapsedTime(started) > ScanLimit;
    }

    private IEnumerable<RunResource> TellProcesses(ProcessTable table, LiveRuns live)
    {
        if (_isCut)
        {
            yield return Tell("processes", "not all of them could be looked at in time");
        }

        foreach (RunResource told in Most("processes", _newcomers!.Where(newcomer => newcomer.Why is not null).OrderByDescending(newcomer => newcomer.IsOfTheRun).Select(newcomer => (newcomer.Key.ToString(), newcomer.Why!))))
        {
            yield return told;
        }

        if (Summary(NewcomerPorts.Find(_newcomers!, table, live)) is { } ports)
        {
            yield return Tell("ports of processes that came since", ports + "; any program of this user may have opened them");
        }
    }

    private IEnumerable<RunResource> Compare(LaunchNote before, ProcessTable table, LiveRuns live)
    {
        string doubt = isAmbiguous ? "; other runs of this host began or ended meanwhile, so that it may be theirs" : string.Empty;
        string number = context.Run.InternalId;
        HostSnapshot after = HostSnapshot.Take(withMachine: !isAmbiguous);
        if (HostSnapshot.Growth(before.Host.OpenFiles, after.OpenFiles, number) is { } open)
        {
            yield return Tell("open files of the host", open + doubt);
        }

        if (New(before.Host.Zombies, after.Zombies) is { } zombies)
        {
            yield return Tell("zombies of the host", zombies + doubt);
        }

        if (New([], after.PortsSince(before.Host)) is { } ports)
        {
            yield return Tell("ports of the host", ports + doubt);
        }

        // The machine is everybody's: what others made meanwhile is only worth a line where no other run of this host could have.
        if (!isAmbiguous && New(before.Host.SharedMemory, after.SharedMemory) is { } segments)
        {
            yield return Tell("shared memory of this user", segments + "; any program of this user may have made it");
        }

        // The run's own temp directory is being removed beside this, and has a line of its own.
        if (!isAmbiguous && before.Host.Temp is { } then && after.Temp is { } now && New(then, [.. now.Where(name => !name.Contains(number, StringComparison.Ordinal))]) is { } entries)
        {
            yield return Tell("temp directory of the host", entries + "; any program of this machine may have made it");
        }

        foreach (RunResource told in Most("cgroups", new CgroupNews(context.Run, table, live).Since(before.Cgroups, CgroupNames.Find(settings)))
            .Concat(Most("System V objects", SystemVNames.Find().Since(before.SystemV, table).Select(found => (found.Name, found.Note + doubt)))))
        {
            yield return told;
        }
    }

    // Each by its own name, by which it is told from one that came a moment ago.
    private static IEnumerable<RunResource> Most(string kind, IEnumerable<(string Name, string Note)> found)
    {
        (string Name, string Note)[] all = [.. found];
        IEnumerable<RunResource> told = all.Take(MostOfAKind).Select(one => Tell(one.Name, one.Note));
        return all.Length <= MostOfAKind ? told : told.Append(Tell(kind, string.Create(CultureInfo.InvariantCulture, $"{all.Length - MostOfAKind} more")));
    }

    private static string? New(IReadOnlyList<string> before, IReadOnlyList<string> after) =>
        Summary([.. after.Except(before, StringComparer.Ordinal)]) is { } more ? string.Create(CultureInfo.InvariantCulture, $"{before.Count} -> {after.Count}: {more}") : null;

    private static string? Summary(IReadOnlyList<string> names) => names.Count == 0 ? null : string.Join(", ", names.Take(3)) + (names.Count > 3 ? ", ..." : string.Empty);

    private static RunResource Tell(string name, string note) => new() { Cleaner = CleanerNames.Leaks, Name = name, Handling = ResourceHandling.Report, Note = note };
}
