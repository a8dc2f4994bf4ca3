using System.Globalization;
using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.SystemV;

/// <summary>A System V object as it is kept in rows and debts.</summary>
internal static class SystemVDetails
{
    private const string Namespace = "namespace";
    private const string Pids = "pids";

    // So that a row stays small; who is beyond it is only told.
    private const int MostPids = 64;

    public static RunResource Describe(SystemVObject found, Doubt? doubt)
    {
        Dictionary<string, string> details = found.Details;
        doubt?.AddTo(details);
        details[Namespace] = OwnNamespace();
        return new RunResource
        {
            Cleaner = CleanerNames.SystemVIpc,
            Name = found.Name,
            Handling = doubt is null ? ResourceHandling.Clean : ResourceHandling.Report,
            Note = doubt?.ToString(),
            Details = details,
        };
    }

    /// <summary>Keeps who the processes of the run were with a set or a queue that is its own: of those the kernel keeps only who used them last.</summary>
    public static RunResource WithUsers(RunResource resource, SystemVObject found, RunResource? known, CleanupContext context)
    {
        if (found.Kind == SystemVKind.Segment || resource.Handling != ResourceHandling.Clean)
        {
            return resource;
        }

        string before = known?.Details.GetValueOrDefault(Pids) ?? string.Empty;
        IEnumerable<string> now = context.Processes.OrderByDescending(process => found.LastUses.Any(use => use.Pid == process.Pid)).Select(process => Text(process.Pid));
        string pids = string.Join(' ', before.Split(' ', StringSplitOptions.RemoveEmptyEntries).Concat(now).Distinct(StringComparer.Ordinal).Take(MostPids));
        return pids == resource.Details.GetValueOrDefault(Pids)
            ? resource
            : resource with { Details = new Dictionary<string, string>(resource.Details, StringComparer.Ordinal) { [Pids] = pids } };
    }

    /// <summary>Who used a set or a queue last and was seen as a process of the run by no look; null when all were.</summary>
    public static int? FindStranger(RunResource known, SystemVObject found, CleanupContext context)
    {
        string[] pids = known.Details.GetValueOrDefault(Pids)?.Split(' ') ?? [];
        return found.Kind == SystemVKind.Segment ? null : found.LastUses.Select(use => (int?)use.Pid)
            .FirstOrDefault(pid => !pids.Contains(Text(pid!.Value)) && context.Processes.All(process => process.Pid != pid));
    }

    /// <summary>The object that is meant; null when it is gone.</summary>
    /// <exception cref="IOException">It can't be seen from here.</exception>
    public static SystemVObject? Find(RunResource resource, IReadOnlyList<SystemVObject> objects) =>
        resource.Details.GetValueOrDefault(Namespace) is { } space && space != OwnNamespace()
            ? throw new IOException("it is in another IPC namespace than this process")
            : objects.FirstOrDefault(found => found.IsThat(resource.Details));

    /// <summary>Whether an object of our own namespace is the one that is meant.</summary>
    public static bool IsThat(RunResource resource, SystemVObject found) =>
        resource.Details.GetValueOrDefault(Namespace) == OwnNamespace() && found.IsThat(resource.Details);

    public static string OwnNamespace() => ProcLink.Read("/proc/self/ns/ipc") ?? string.Empty;

    private static string Text(int pid) => pid.ToString(CultureInfo.InvariantCulture);
}
