using System.Globalization;
using WorkflowLifecycle.Processes.Linux.Cleaning.Sockets;
using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.SystemV;

/// <summary>System V shared memory, semaphores and message queues, by who made them.</summary>
internal sealed class SystemVIpcCleaner(SystemVIpcCleanerOptions options, TimeProvider timeProvider) : IResourceCleaner
{
    private const string Namespace = "namespace";
    private const int MostSuspects = 10;

    // EIDRM.
    private const int Removed = 43;

    public string Name => CleanerNames.SystemVIpc;

    public TimeSpan Ceiling { get; } = options.Ceiling;

    public ValueTask<IReadOnlyList<RunResource>> DiscoverAsync(CleanupContext context, CancellationToken cancellationToken = default)
    {
        IReadOnlyList<SystemVObject> objects = SystemVTable.Read();
        ILookup<int, ProcessKey> attached = SystemVAttachments.Find(cancellationToken);
        return ValueTask.FromResult<IReadOnlyList<RunResource>>(
        [
            .. context.Known.Select(known => LookAfter(known, objects, attached)).OfType<RunResource>(),
            .. LookByCreator(objects, attached, context),
            .. Suspects(objects, context),
        ]);
    }

    public ValueTask CleanAsync(RunResource resource, CleanupContext context, CancellationToken cancellationToken = default)
    {
        if (Find(resource, SystemVTable.Read()) is not { } found)
        {
            return ValueTask.CompletedTask;
        }

        if (found.Attached > 0)
        {
            throw new IOException($"{Who(found, SystemVAttachments.Find(cancellationToken))} has it");
        }

        int errno = found.Kind switch
        {
            SystemVKind.Segment => SystemVCalls.RemoveSegment(found.Id),
            SystemVKind.Semaphores => SystemVCalls.RemoveSemaphores(found.Id),
            _ => SystemVCalls.RemoveQueue(found.Id),
        };

        // Removed meanwhile: the id counts up, so that nothing else has it.
        return errno is 0 or Errno.EINVAL or Removed ? ValueTask.CompletedTask : throw new IOException($"{found.Name}: {Errno.Describe(errno)}");
    }

    public ValueTask<bool> ExistsAsync(RunResource resource, CleanupContext context, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(Find(resource, SystemVTable.Read()) is not null);

    // Also after an emergency: who was there before it is named with his start, and a number with its start is a proof then, too.
    private IEnumerable<RunResource> LookByCreator(IReadOnlyList<SystemVObject> objects, ILookup<int, ProcessKey> attached, CleanupContext context)
    {
        HashSet<string> known = [.. context.Known.Select(resource => resource.Name)];
        SystemVProof proof = new(context, timeProvider.GetUtcNow());
        foreach (SystemVObject found in objects.Where(found => proof.Concerns(found) && !known.Contains(found.Name)))
        {
            IEnumerable<ProcessKey> users = found.Kind == SystemVKind.Segment ? attached[found.Id] : [];
            List<ProcessKey> strangers = [.. users.Where(user => !user.IsAmong(context.Processes))];
            string? doubt = !IsSeenByTheRun(context) ? "its processes are in another IPC namespace"
                : strangers.Count > 0 && context.Moment == CleanupMoment.BeforeEnd ? $"{ProcessKey.Describe(strangers)} has it too"
                : proof.WhyNot(found, users.Any(user => user.IsAmong(context.Processes)));
            RunResource resource = Describe(found, doubt);
            yield return context.Moment == CleanupMoment.BeforeEnd ? resource : LookAfter(resource, objects, attached)!;
        }
    }

    // Nobody of those who were there made or used them, as far as the kernel says; but they came while the run was, and for its user.
    private static IEnumerable<RunResource> Suspects(IReadOnlyList<SystemVObject> objects, CleanupContext context)
    {
        HashSet<string> known = [.. context.Known.Select(resource => resource.Name)];
        SystemVProof proof = new(context, DateTimeOffset.MaxValue);
        return context.Moment != CleanupMoment.AfterEnd ? [] : objects
            .Where(found => found.Attached == 0 && !known.Contains(found.Name) && !proof.Concerns(found)
                && context.Run.HostUser == string.Create(CultureInfo.InvariantCulture, $"os:{found.CreatorId}")
                && found.Changed >= context.Run.CreatedAt.ToUnixTimeSeconds()
                && (context.Run.EndedAt is not { } ended || found.Changed <= ended.ToUnixTimeSeconds()))
            .Take(MostSuspects)
            .Select(found => Describe(found, "made or changed while the run was, by nobody who was there when it ended"));
    }

    private static RunResource Describe(SystemVObject found, string? doubt)
    {
        Dictionary<string, string> details = found.Details;
        details[Namespace] = OwnNamespace();
        return new RunResource
        {
            Cleaner = CleanerNames.SystemVIpc,
            Name = found.Name,
            Handling = doubt is null ? ResourceHandling.Clean : ResourceHandling.Report,
            Note = doubt is null ? null : $"not provably the run's: {doubt}",
            Details = details,
        };
    }

    private static RunResource? LookAfter(RunResource known, IReadOnlyList<SystemVObject> objects, ILookup<int, ProcessKey> attached) =>
        Find(known, objects) is not { } found ? known.Handling == ResourceHandling.Report ? null : known
        : known.Handling == ResourceHandling.Clean && found.Attached > 0 ? known with { Handling = ResourceHandling.Watch, Note = $"{Who(found, attached)} has it" }
        : known;

    private static SystemVObject? Find(RunResource resource, IReadOnlyList<SystemVObject> objects) =>
        resource.Details.GetValueOrDefault(Namespace) is { } space && space != OwnNamespace()
            ? throw new IOException("it is in another IPC namespace than this process")
            : objects.FirstOrDefault(found => found.IsThat(resource.Details));

    private static string Who(SystemVObject found, ILookup<int, ProcessKey> attached) =>
        attached[found.Id].Any() ? ProcessKey.Describe(attached[found.Id]) : "somebody who can't be seen from here";

    // Of those who are gone nothing can be asked; the others have to be where we are.
    private static bool IsSeenByTheRun(CleanupContext context) =>
        context.Processes.Select(process => NamespaceOf(process.Pid.ToString(CultureInfo.InvariantCulture))).All(space => space is null || space == OwnNamespace());

    private static string OwnNamespace() => NamespaceOf("self") ?? string.Empty;

    private static string? NamespaceOf(string process) => SocketHolders.ReadLink($"/proc/{process}/ns/ipc");
}
