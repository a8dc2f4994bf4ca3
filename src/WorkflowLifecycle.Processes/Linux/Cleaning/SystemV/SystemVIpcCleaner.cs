using System.Globalization;
using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.SystemV;

/// <summary>System V shared memory, by who made it. Semaphores and message queues, of which the kernel does not keep that, are told.</summary>
internal sealed class SystemVIpcCleaner : IResourceWatcher
{
    private const int MostSuspects = 10;

    // EIDRM.
    private const int Removed = 43;

    private readonly TimeProvider _timeProvider;
    private readonly SharedLook<SystemVAttachments> _machine;
    private readonly RunObjects _living;

    public SystemVIpcCleaner(SystemVIpcCleanerOptions options, TimeProvider timeProvider)
    {
        _timeProvider = timeProvider;
        _machine = new SharedLook<SystemVAttachments>(timeProvider, SystemVAttachments.Find);
        _living = new RunObjects(_machine, timeProvider);
        Ceiling = options.Ceiling;
        LookInterval = options.LookInterval;
    }

    public string Name => CleanerNames.SystemVIpc;

    public TimeSpan Ceiling { get; }

    public TimeSpan LookInterval { get; }

    public ValueTask<IReadOnlyList<RunResource>> DiscoverAsync(CleanupContext context, CancellationToken cancellationToken = default)
    {
        LookTime time = new(context, _timeProvider, cancellationToken);
        _ = time.IsUp();
        IReadOnlyList<SystemVObject> objects = SystemVTable.Read();
        if (context.Moment is CleanupMoment.BeforeEnd or CleanupMoment.WhileRunning)
        {
            return ValueTask.FromResult<IReadOnlyList<RunResource>>([.. _living.Look(objects, context, time).Select(found => found.Seen(context))]);
        }

        // Also after an emergency: who was there before it is named with his start, and a number with its start is a proof then, too.
        // What an emergency had no time to decide is decided here.
        HashSet<string> known = [.. context.Known.Select(resource => resource.Name)];
        RunResource[] decided = [.. context.Known.Where(resource => Doubt.Of(resource) is not { IsOpen: true })];
        HashSet<string> decidedNames = [.. decided.Select(resource => resource.Name)];
        return ValueTask.FromResult<IReadOnlyList<RunResource>>(
        [
            .. decided.Concat(_living.Look(objects, context, time).Where(found => !decidedNames.Contains(found.Name)))
                .Select(found => SystemVDetails.Find(found, objects) is null ? found.ToldWhenGone() : found).OfType<RunResource>(),
            .. Suspects(objects, known, context),
        ]);
    }

    public ValueTask CleanAsync(RunResource resource, CleanupContext context, CancellationToken cancellationToken = default)
    {
        if (SystemVDetails.Find(resource, SystemVTable.Read()) is not { } found)
        {
            return ValueTask.CompletedTask;
        }

        // Rows and debts are what somebody wrote: what they say of it is not enough to remove it.
        if (found.Kind != SystemVKind.Segment)
        {
            throw new IOException($"{found.Name}: the kernel does not keep who made it");
        }

        if (!SystemVProof.IsOfItsTime(context.Run, found))
        {
            throw new IOException($"{found.Name} was not made while the run was");
        }

        // A debt, that is retried until he lets go.
        if (found.Attached > 0)
        {
            throw new IOException($"{Attached(found, new LookTime(context, _timeProvider, cancellationToken))} has it");
        }

        int errno = SystemVCalls.RemoveSegment(found.Id);

        // Removed meanwhile: the id counts up, so that nothing else has it.
        return errno is 0 or Errno.EINVAL or Removed ? ValueTask.CompletedTask : throw new IOException($"{found.Name}: {Errno.Describe(errno)}");
    }

    public ValueTask<bool> ExistsAsync(RunResource resource, CleanupContext context, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(SystemVDetails.Find(resource, SystemVTable.Read()) is not null);

    private string Attached(SystemVObject found, LookTime time) =>
        _machine.Since(time.Started, time)?.Of(found.Id) is { Count: > 0 } users ? ProcessKey.Describe(users) : "somebody who can't be seen from here";

    // Nobody of those who were there made or used them, as far as the kernel says; but they came while the run was, and for its user.
    private static IEnumerable<RunResource> Suspects(IReadOnlyList<SystemVObject> objects, HashSet<string> known, CleanupContext context)
    {
        SystemVProof proof = new(context.Run, RunMembers.Listed(context), DateTimeOffset.MaxValue);
        return context.Moment != CleanupMoment.AfterEnd ? [] : objects
            .Where(found => found.Attached == 0 && !known.Contains(found.Name) && !proof.Concerns(found)
                && context.Run.HostUser == string.Create(CultureInfo.InvariantCulture, $"os:{found.CreatorId}")
                && SystemVProof.IsOfItsTime(context.Run, found))
            .Take(MostSuspects)
            .Select(found => SystemVDetails.Describe(found, new Doubt("made or changed while the run was, by nobody who was there when it ended")));
    }
}
