using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.SystemV;

/// <summary>
/// Who still uses an object after the end. Nobody holds a set of semaphores or a queue; who used it last and lives on is nobody of the run, whose processes
/// are all gone. He may have come after the last look.
/// </summary>
internal sealed class SystemVUsers(SharedLook<SystemVAttachments> machine, TimeProvider timeProvider)
{
    /// <summary>Them in words; null when there are none.</summary>
    public string? Of(SystemVObject found, LookTime time) =>
        found.Attached > 0 ? $"{Attached(found, time)} has it"
        : Living(found).ToList() is { Count: > 0 } living ? $"{ProcessKey.Describe(living)} used it last"
        : null;

    /// <summary>Who used a set or a queue last and lives. A number that was given away since belongs to somebody who began later; the kernel stamps to the second.</summary>
    public IEnumerable<ProcessKey> Living(SystemVObject found)
    {
        foreach (SystemVUse use in found.Kind == SystemVKind.Segment ? [] : found.LastUses)
        {
            if (ProcessReader.TryReadStat(use.Pid, out ProcStat stat) && !ProcessReader.HasExited(stat) && BootClock.Read() is { } up
                && BeganAt(stat, up) <= DateTimeOffset.FromUnixTimeSeconds(use.At + 1))
            {
                yield return ProcessKey.Of(stat);
            }
        }
    }

    private string Attached(SystemVObject found, LookTime time) =>
        machine.Since(time.Started, time)?.Of(found.Id) is { Count: > 0 } users ? ProcessKey.Describe(users) : "somebody who can't be seen from here";

    private DateTimeOffset BeganAt(in ProcStat stat, TimeSpan up) =>
        timeProvider.GetUtcNow() - up + TimeSpan.FromSeconds(stat.StartTicks / 100.0);
}
