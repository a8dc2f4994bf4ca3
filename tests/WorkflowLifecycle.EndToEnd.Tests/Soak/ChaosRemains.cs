using System.Text;

namespace WorkflowLifecycle.EndToEnd.Tests.Soak;

/// <summary>What is there after a soak, held against the rows: seen without any code of the product.</summary>
internal sealed class ChaosRemains(TestRoom room, IReadOnlyList<RunRecord> rows)
{
    private const string Mark = "WORKFLOW_LIFECYCLE_RUN_ID=";

    // A host that dies over its probe leaves that; the next probe that is a minute younger takes it away.
    private const string Probe = "00000000";

    private static readonly string[] Kept = ["stdout.log", "stderr.log", "stdout.log.1", "stderr.log.1"];

    private string Runs => Path.Combine(room.RuntimeDirectory, "r");

    /// <summary>Takes away what hosts left that died over their probe.</summary>
    public void ClearProbes()
    {
        foreach (string directory in Directory.Exists(Runs) ? Directory.GetDirectories(Runs, Probe + "*") : [])
        {
            Directory.Delete(directory, recursive: true);
            foreach (string cgroup in CgroupMounts().Select(mount => Path.Combine(mount, "wfl-" + Path.GetFileName(directory))).Where(Directory.Exists))
            {
                Directory.Delete(cgroup);
            }
        }
    }

    /// <summary>Processes that no open row leads to, and open rows of which nobody is there.</summary>
    public IEnumerable<string> FindUnknown()
    {
        RunRecord[] open = [.. rows.Where(row => !row.State.IsFinal)];
        HashSet<string> known = [.. open.Select(row => row.RunId.Value)];
        foreach (ProcessEntry process in ProcessEntry.StandingIn(room.Path).Where(process => !process.IsZombie && process.Pid != Environment.ProcessId))
        {
            if (!open.Any(row => row.Containment?.Shim?.Pid == process.Pid) && (MarkOf(process.Pid) is not { } run || !known.Contains(run)))
            {
                yield return $"process {process} of {MarkOf(process.Pid) ?? "nobody"}";
            }
        }

        foreach (RunRecord row in open.Where(row => !IsPopulated(row) && !(row.Containment?.Shim is { } shim && ProcessEntry.IsAlive(shim.Pid))))
        {
            yield return $"{row.RunId} is {row.State}, and nobody of it is there";
        }
    }

    /// <summary>What is left of runs that are over.</summary>
    public IEnumerable<string> FindLeft()
    {
        foreach (RunRecord row in rows.Where(row => row.State.IsFinal && Directory.Exists(row.Containment?.CgroupPath)))
        {
            yield return $"{row.RunId} is {row.State} and has its cgroup";
        }

        if (Directory.Exists(Runs))
        {
            foreach (string entry in Directory.EnumerateFiles(Runs, "*", SearchOption.AllDirectories).Where(file => !Kept.Contains(Path.GetFileName(file), StringComparer.Ordinal)))
            {
                yield return $"{entry} of {rows.FirstOrDefault(row => entry.Contains(row.InternalId, StringComparison.Ordinal))}";
            }
        }
    }

    private static IEnumerable<string> CgroupMounts() =>
        File.ReadLines("/proc/self/mountinfo").Select(line => line.Split(' ')).Where(fields => fields.Contains("cgroup2")).Select(fields => fields[4]);

    private static bool IsPopulated(RunRecord row)
    {
        try
        {
            return row.Containment?.CgroupPath is { } path && File.ReadAllText(Path.Combine(path, "cgroup.events")).Contains("populated 1", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static string? MarkOf(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/environ", Encoding.Latin1).Split('\0').FirstOrDefault(entry => entry.StartsWith(Mark, StringComparison.Ordinal))?[Mark.Length..];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
