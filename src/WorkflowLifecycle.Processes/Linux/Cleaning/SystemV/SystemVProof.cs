using System.Globalization;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.SystemV;

/// <summary>
/// Whose a System V object is. The kernel keeps the number of who made a segment, not who that was: it counts only when that number was a process of the run
/// when the segment was made. Of semaphores and queues it keeps only who used them last, which is enough for private ones that nobody else used.
/// </summary>
internal sealed class SystemVProof(CleanupContext context, DateTimeOffset now)
{
    private const double TicksPerSecond = 100;

    // Fewer numbers than that can go round within the second to which the kernel stamps.
    private const int NumbersThatCannotGoRound = 1 << 20;

    private readonly DateTimeOffset? _boot = BootClock.Read() is { } up && now - DateTimeOffset.UnixEpoch > up ? now - up : null;
    private readonly bool _numbersMayGoRound = !(int.TryParse(SmallFile.ReadText("/proc/sys/kernel/pid_max"), NumberStyles.None | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out int most) && most >= NumbersThatCannotGoRound);
    private readonly Dictionary<int, ProcessSnapshot> _processes = context.Processes.DistinctBy(process => process.Pid).ToDictionary(process => process.Pid);

    /// <summary>Whether a process of the run seems to have had to do with it.</summary>
    public bool Concerns(SystemVObject found) => _processes.ContainsKey(found.Creator) || found.LastUses.Any(use => _processes.ContainsKey(use.Pid));

    /// <summary>Why it is not provably the run's; null when it is.</summary>
    /// <param name="found">The object.</param>
    /// <param name="isInUse">Whether a process of the run has it in memory right now.</param>
    public Doubt? WhyNot(SystemVObject found, bool isInUse)
    {
        if (found.ChangedAt > now)
        {
            return new Doubt("it is stamped with a time to come");
        }

        if (found.Kind == SystemVKind.Segment)
        {
            return WhyNotOf(found.Creator, found.Changed, isInUse);
        }

        return found.Key != 0 ? new Doubt("others can reach it by its key, and the kernel does not keep who made it")
            : found.Changed < context.Run.CreatedAt.ToUnixTimeSeconds() ? new Doubt("it was not made while the run was")
            : found.LastUses.Select(use => WhyNotOf(use.Pid, use.At, isInUse: true)).FirstOrDefault(problem => problem is not null);
    }

    private Doubt? WhyNotOf(int pid, long at, bool isInUse)
    {
        if (!_processes.TryGetValue(pid, out ProcessSnapshot? process))
        {
            // It may have begun after the processes were listed.
            return new Doubt(string.Create(CultureInfo.InvariantCulture, $"it is of PID {pid}, which no look saw as a process of the run"), IsOpen: true);
        }

        // Stamped to the second, by the clock on the wall: the run's row says when that was, too, should the clock have been set since.
        DateTimeOffset start = _boot is { } boot ? boot + TimeSpan.FromSeconds(process.StartTicks / TicksPerSecond) : DateTimeOffset.MaxValue;
        start = start > context.Run.CreatedAt ? start : context.Run.CreatedAt;
        long first = start.ToUnixTimeSeconds();
        return at < first ? new Doubt(string.Create(CultureInfo.InvariantCulture, $"PID {pid} was another process then"))
            : at == first && !isInUse && _numbersMayGoRound ? new Doubt(string.Create(CultureInfo.InvariantCulture, $"it is of the second in which PID {pid} became this process"))
            : null;
    }
}
