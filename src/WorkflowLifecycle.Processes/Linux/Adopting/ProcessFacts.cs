using System.Globalization;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Adopting;

/// <summary>What is only read of a process that may be adopted: whose it is, its group, what it used.</summary>
internal sealed record ProcessFacts(uint User, bool IsOfOneUser, int Group, bool IsKernelThread, TimeSpan CpuTime)
{
    private const uint KernelThread = 0x00200000;
    private const double TicksPerSecond = 100;

    // Counted from the field after the name, which is field 3 of proc(5).
    private const int Group5 = 2;
    private const int Flags9 = 6;
    private const int UserTime14 = 11;
    private const int SystemTime15 = 12;

    /// <summary>The facts; null when the process is gone.</summary>
    public static ProcessFacts? Of(int pid)
    {
        string? stat = SmallFile.ReadText($"/proc/{pid}/stat");
        string? users = SmallFile.ReadText($"/proc/{pid}/status")?.Split('\n').FirstOrDefault(line => line.StartsWith("Uid:", StringComparison.Ordinal));
        int close = stat?.LastIndexOf(')') ?? -1;
        if (close < 0 || users is null)
        {
            return null;
        }

        string[] fields = stat![(close + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        uint[] ids = [.. users["Uid:".Length..].Split('\t', StringSplitOptions.RemoveEmptyEntries).Select(id => uint.Parse(id, CultureInfo.InvariantCulture))];
        return fields.Length <= SystemTime15 || ids.Length == 0 ? null : new ProcessFacts(
            ids[0],
            ids.All(id => id == ids[0]),
            int.Parse(fields[Group5], CultureInfo.InvariantCulture),
            (uint.Parse(fields[Flags9], CultureInfo.InvariantCulture) & KernelThread) != 0,
            TimeSpan.FromSeconds((Ticks(fields[UserTime14]) + Ticks(fields[SystemTime15])) / TicksPerSecond));
    }

    private static double Ticks(string field) => double.Parse(field, CultureInfo.InvariantCulture);
}
