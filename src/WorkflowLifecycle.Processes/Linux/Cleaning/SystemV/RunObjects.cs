using System.Globalization;
using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.SystemV;

/// <summary>
/// What System V objects the processes of a look made or used. The rest of the machine is asked only where the kernel counts more attachments than the run's own.
/// </summary>
internal sealed class RunObjects(SharedLook<SystemVAttachments> machine, SystemVUsers users, TimeProvider timeProvider)
{
    public IEnumerable<RunResource> Look(IReadOnlyList<SystemVObject> objects, CleanupContext context, LookTime time)
    {
        SystemVProof proof = new(context, timeProvider.GetUtcNow());
        RunProcesses processes = new(context.Processes);
        SystemVAttachments? own = null;
        bool? isSeen = null;
        foreach (SystemVObject found in objects)
        {
            RunResource? known = context.Known.FirstOrDefault(known => known.Name == found.Name && SystemVDetails.IsThat(known, found));

            // What an earlier look said stands: who made it does not change. But a set or a queue is not known to be in use after the end, other than a segment.
            if (known is not null)
            {
                yield return known.Handling == ResourceHandling.Clean && users.Living(found).Where(user => !processes.Has(user)).ToList() is { Count: > 0 } others
                    ? SystemVDetails.Describe(found, $"{ProcessKey.Describe(others)} used it, too")
                    : known;
                continue;
            }

            if (!proof.Concerns(found))
            {
                continue;
            }

            own ??= SystemVAttachments.Of(processes, time);
            isSeen ??= IsSeenByTheRun(context, time);
            bool isInUse = own.Of(found.Id).Count > 0;
            string? doubt = isSeen == false ? "its processes are in another IPC namespace"
                : context.Moment != CleanupMoment.AfterEnd && WhoElse(found, own, processes, time) is { } strangers ? $"{strangers} has it too"
                : proof.WhyNot(found, isInUse);
            yield return SystemVDetails.Describe(found, doubt);
        }
    }

    private string? WhoElse(SystemVObject found, SystemVAttachments own, RunProcesses processes, LookTime time)
    {
        if (found.Attached <= own.Of(found.Id).Count)
        {
            return null;
        }

        IReadOnlyList<ProcessKey> attached = machine.Since(time.Started, time)?.Of(found.Id) ?? [];
        List<ProcessKey> strangers = [.. attached.Where(user => !processes.Has(user))];

        // The run itself may have let go of it between the two looks.
        return strangers.Count > 0 ? ProcessKey.Describe(strangers)
            : SystemVTable.Read().Any(now => (now.Kind, now.Id) == (found.Kind, found.Id) && now.Attached > attached.Count) ? "somebody who can't be seen from here"
            : null;
    }

    // Of those who are gone nothing can be asked; the others have to be where we are. In an emergency those who were not asked may be elsewhere.
    private static bool IsSeenByTheRun(CleanupContext context, LookTime time) =>
        context.Processes.All(process => !time.IsUp() && ProcLink.Read(string.Create(CultureInfo.InvariantCulture, $"/proc/{process.Pid}/ns/ipc")) is var space
            && (space is null || space == SystemVDetails.OwnNamespace()));
}
