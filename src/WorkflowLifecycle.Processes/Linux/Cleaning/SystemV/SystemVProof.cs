using System.Globalization;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.SystemV;

/// <summary>
/// Whose a System V object is. The kernel keeps the number of who made a segment, not who that was: it counts only when that number was a process of the run
/// when the segment was made. Of semaphores and queues it keeps only who used them last, which says nothing of their maker: they are told.
/// </summary>
internal sealed class SystemVProof(RunRecord run, RunProcesses processes, DateTimeOffset now)
{
    private const double TicksPerSecond = 100;

    // Fewer numbers than that can go round within the second to which the kernel stamps.
    private const int NumbersThatCannotGoRound = 1 << 20;

    private readonly DateTimeOffset? _boot = BootClock.Read() is { } up && now - DateTimeOffset.UnixEpoch > up ? now - up : null;
    private readonly bool _numbersMayGoRound = !(int.TryParse(SmallFile.ReadText("/proc/sys/kernel/pid_max"), NumberStyles.None | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out int most) && most >= NumbersThatCannotGoRound);

    /// <summary>Whether its stamp is of the run's time: to the second, as the kernel keeps it.</summary>
    public static bool IsOfItsTime(RunRecord run, SystemVObject found) =>
        found.Changed >= run.CreatedAt.ToUnixTimeSeconds() && (run.EndedAt is not { } ended || found.Changed <= ended.ToUnixTimeSeconds());

    /// <summary>Whether a process of the run seems to have had to do with it.</summary>
    public bool Concerns(SystemVObject found) => found.LastUsers.Append(found.Creator).Any(pid => processes.StartOf(pid) is not null);

    /// <summary>Why it is not provably the run's; null when it is.</summary>
    /// <param name="found">The object.</param>
    /// <param name="isInUse">Whether a process of the run has it in memory right now.</param>
    public Doubt? WhyNot(SystemVObject found, bool isInUse)
    {
        if (found.ChangedAt > now)
        {
            return new Doubt("it is stamped with a time to come");
        }

        if (found.Kind != SystemVKind.Segment)
        {
            return new Doubt("the kernel does not keep who made it");
        }

        if (found.IsStampedAgain)
        {
            return new Doubt("somebody changed it since it was made, and nothing keeps when that was");
        }

        if (processes.StartOf(found.Creator) is not { } ticks)
        {
            // It may have begun after the processes were listed.
            return new Doubt(string.Create(CultureInfo.InvariantCulture, $"it is of PID {found.Creator}, which no look saw as a process of the run"), IsOpen: true);
        }

        // Stamped to the second, by the clock on the wall: the run's row says when that was, too, should the clock have been set since.
        DateTimeOffset start = _boot is { } boot ? boot + TimeSpan.FromSeconds(ticks / TicksPerSecond) : DateTimeOffset.MaxValue;
        start = start > run.CreatedAt ? start : run.CreatedAt;
        long first = start.ToUnixTimeSeconds();
        return found.Changed < first ? new Doubt(string.Create(CultureInfo.InvariantCulture, $"PID {found.Creator} was another process then"))
            : found.Changed == first && !isInUse && _numbersMayGoRound ? new Doubt(string.Create(CultureInfo.InvariantCulture, $"it is of the second in which PID {found.Creator} became this process"))
            : null;
    }
}
