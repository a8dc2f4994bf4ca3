using System.Globalization;
using System.Runtime.InteropServices;
using WorkflowLifecycle.Processes.Linux.Proc;
using WorkflowLifecycle.Processes.Linux.Working;

namespace WorkflowLifecycle.Processes.Linux.Cleaning;

/// <summary>A process, as it is named in a receipt: its number, its start, and its short name. Never its command line, which may hold secrets.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ProcessKey(int Pid, ulong StartTicks, string Name)
{
    private const int LongestName = 40;

    public static ProcessKey Of(in ProcStat stat) => new(stat.Pid, stat.StartTicks, VisibleText.Of(stat.Name, LongestName));

    /// <summary>Several in one line.</summary>
    public static string Describe(IEnumerable<ProcessKey> processes) => string.Join(", ", processes.Distinct().OrderBy(process => process.Pid).Take(5));

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name} (pid {Pid})");
}
