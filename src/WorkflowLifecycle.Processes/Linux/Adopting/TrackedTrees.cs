using System.Text.Json;
using WorkflowLifecycle.Processes.Linux.Proc;
using WorkflowLifecycle.Processes.Linux.RunDirectories;

namespace WorkflowLifecycle.Processes.Linux.Adopting;

/// <summary>Tells which processes are in a run already: by their cgroup, by a shim above them, or as one that was adopted.</summary>
internal sealed class TrackedTrees
{
    private const string CgroupPrefix = "/wfl-";
    private const string ShimTitle = "workflow-lifecycle-shim ";
    private const string RunMark = "WORKFLOW_LIFECYCLE_RUN_ID=";

    private readonly string _runs;
    private readonly Dictionary<(int Pid, ulong StartTicks), string> _adopted = [];

    /// <summary>Reads the run directories of a runtime root.</summary>
    public TrackedTrees(string runs)
    {
        _runs = runs;
        foreach (string path in Directory.Exists(runs) ? Directory.GetDirectories(runs) : [])
        {
            RunDirectory directory = new(path);
            foreach (AdoptedProcess process in directory.HasLock ? AdoptionFile.Read(directory) : [])
            {
                _adopted[(process.Pid, process.StartTicks)] = path;
            }
        }
    }

    /// <summary>The run that holds a process, by its id, or by the number in its cgroup's name where the id cannot be read; null when none does.</summary>
    /// <param name="pid">The process.</param>
    /// <param name="table">All processes.</param>
    /// <param name="except">The number of a run that does not count.</param>
    public string? HolderOf(int pid, ProcessTable table, string? except = null) =>
        HolderOfItself(pid, table, except) ?? table.Above(pid).Select(above => HolderAbove(above, table, except)).FirstOrDefault(run => run is not null);

    /// <summary>As <see cref="HolderOf"/>, for a process whose parents were asked about before.</summary>
    public string? HolderOfItself(int pid, ProcessTable table, string? except = null) =>
        NumberInCgroup(pid) is { } number && number != except ? ReadRunId(Path.Combine(_runs, number)) ?? number : HolderAbove(pid, table, except);

    private string? HolderAbove(int pid, ProcessTable table, string? except) =>
        ShimOf(pid) is { } run ? run
        : table.Stats.TryGetValue(pid, out ProcStat stat) && _adopted.TryGetValue((pid, stat.StartTicks), out string? path) && Path.GetFileName(path) != except
            ? ReadRunId(path) ?? Path.GetFileName(path)
        : null;

    /// <summary>The run whose mark is in a process' environment; it may be over.</summary>
    public static RunId? MarkOf(int pid)
    {
        string? mark = SmallFile.ReadText($"/proc/{pid}/environ")?.Split('\0').FirstOrDefault(variable => variable.StartsWith(RunMark, StringComparison.Ordinal));
        return mark is not null && RunId.TryParse(mark[RunMark.Length..], out RunId run) ? run : null;
    }

    private static string? NumberInCgroup(int pid)
    {
        string? path = Cgroups.MountInfo.FindOwnPath(ProcessReader.ReadCgroup(pid) ?? string.Empty);
        int start = path?.LastIndexOf(CgroupPrefix, StringComparison.Ordinal) ?? -1;
        string? number = start < 0 ? null : path![(start + CgroupPrefix.Length)..].Split('/')[0];
        return number?.Length == 32 && number.All(char.IsAsciiHexDigitLower) ? number : null;
    }

    // Whoever names itself so is taken at its word: it only keeps itself from being adopted.
    private static string? ShimOf(int pid) =>
        ProcessReader.ReadCommandLine(pid) is { } line && line.StartsWith(ShimTitle, StringComparison.Ordinal)
            ? line[ShimTitle.Length..].Split('\0')[0]
            : null;

    private static string? ReadRunId(string directory)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(SmallFile.ReadText(Path.Combine(directory, RunDirectory.Identity)) ?? "{}");
            return document.RootElement.TryGetProperty("runId", out JsonElement id) ? id.GetString() : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Not as we write it.
            return null;
        }
    }
}
