using System.Globalization;
using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.SystemV;

/// <summary>
/// What System V objects the processes of a look made or used. The rest of the machine is asked only where the kernel counts more attachments than the run's own.
/// </summary>
internal sealed class RunObjects(SharedLook<SystemVAttachments> machine, TimeProvider timeProvider)
{
    public IEnumerable<RunResource> Look(IReadOnlyList<SystemVObject> objects, CleanupContext context, LookTime time)
    {
        RunProcesses processes = RunMembers.Listed(context);
        SystemVProof proof = new(context.Run, processes, timeProvider.GetUtcNow());
        SystemVAttachments? own = null;
        bool? isSeen = null;
        foreach (SystemVObject found in objects)
        {
            RunResource? known = context.Known.FirstOrDefault(known => known.Name == found.Name && SystemVDetails.IsThat(known, found));

            // What an earlier look said stands: who made it does not change.
            if (known is not null && Doubt.Of(known) is not { IsOpen: true })
            {
                yield return known;
                continue;
            }

            if (!proof.Concerns(found))
            {
                if (known is not null)
                {
                    yield return known;
                }

                continue;
            }

            own ??= SystemVAttachments.Of(processes, time);
            isSeen ??= IsSeenByTheRun(context, time);
            bool isInUse = own.Of(found.Id).Count > 0;
            Doubt? doubt = isSeen == false ? new Doubt("its processes are in another IPC namespace", IsOpen: time.IsUp())
                : (context.Moment == CleanupMoment.AfterEnd ? null : WhoElse(found, own, processes, context, time)) ?? proof.WhyNot(found, isInUse);
            yield return SystemVDetails.Describe(found, doubt);
        }
    }

    private Doubt? WhoElse(SystemVObject found, SystemVAttachments own, RunProcesses processes, CleanupContext context, LookTime time)
    {
        if (found.Attached <= own.Of(found.Id).Count)
        {
            return null;
        }

        if (machine.Since(time.Started, time) is not { } look)
        {
            return new Doubt("there was no time to see who else has it", IsOpen: true);
        }

        // The run itself may have let go of it between the two looks, or a process of it have begun after them.
        IReadOnlyList<ProcessKey> attached = look.Of(found.Id);
        return Outsiders.Judge(attached, processes, context, "has it too")
            ?? (SystemVTable.Read().Any(now => (now.Kind, now.Id) == (found.Kind, found.Id) && now.Attached > attached.Count)
                ? new Doubt("somebody who can't be seen from here has it too", IsOpen: true)
                : null);
    }

    // Of those who are gone nothing can be asked; the others have to be where we are. In an emergency those who were not asked may be elsewhere.
    private static bool IsSeenByTheRun(CleanupContext context, LookTime time) =>
        context.Processes.All(process => !time.IsUp() && ProcLink.Read(string.Create(CultureInfo.InvariantCulture, $"/proc/{process.Pid}/ns/ipc")) is var space
            && (space is null || space == SystemVDetails.OwnNamespace()));
}
