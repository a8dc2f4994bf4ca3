using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.SystemV;

/// <summary>A System V object as it is kept in rows and debts.</summary>
internal static class SystemVDetails
{
    private const string Namespace = "namespace";

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
}
