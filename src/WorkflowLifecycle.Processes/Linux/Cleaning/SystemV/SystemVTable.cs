using System.Globalization;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.SystemV;

/// <summary>The kernel's lists of System V objects (<c>/proc/sysvipc</c>): those of our own IPC namespace.</summary>
internal static class SystemVTable
{
    /// <exception cref="IOException">The lists can't be read.</exception>
    public static IReadOnlyList<SystemVObject> Read() =>
    [
        .. Parse(SystemVKind.Segment, Text("shm")),
        .. Parse(SystemVKind.Semaphores, Text("sem")),
        .. Parse(SystemVKind.Queue, Text("msg")),
    ];

    /// <summary>Reads a list; the columns are found by their names in the first line.</summary>
    public static IEnumerable<SystemVObject> Parse(SystemVKind kind, string table)
    {
        string[] lines = table.Split('\n');
        string[] names = Columns(lines[0]);
        foreach (string line in lines.Skip(1))
        {
            string[] values = Columns(line);
            if (values.Length != names.Length)
            {
                continue;
            }

            Dictionary<string, long> fields = [];
            for (int i = 0; i < names.Length; i++)
            {
                fields[names[i]] = long.TryParse(values[i], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) ? value : 0;
            }

            yield return Describe(kind, fields);
        }
    }

    private static SystemVObject Describe(SystemVKind kind, Dictionary<string, long> fields)
    {
        int id = Number(kind switch { SystemVKind.Segment => "shmid", SystemVKind.Semaphores => "semid", _ => "msqid" });
        return new SystemVObject
        {
            Kind = kind,
            Id = id,
            Key = Number("key"),
            CreatorId = unchecked((uint)fields.GetValueOrDefault("cuid")),
            Changed = fields.GetValueOrDefault("ctime"),
            Creator = Number("cpid"),
            Attached = fields.GetValueOrDefault("nattch"),
            IsStampedAgain = kind == SystemVKind.Segment && (IsBeforeStamp("atime") || IsBeforeStamp("dtime")),
            LastUsers = kind switch
            {
                SystemVKind.Segment => [Number("lpid")],
                SystemVKind.Queue => [.. new[] { Number("lspid"), Number("lrpid") }.Where(pid => pid > 0)],
                _ => SystemVCalls.LastUsers(id, Number("nsems")),
            },
        };

        bool IsBeforeStamp(string use) => fields.GetValueOrDefault(use) is > 0 and var at && at < fields.GetValueOrDefault("ctime");

        int Number(string name) => unchecked((int)fields.GetValueOrDefault(name));
    }

    private static string[] Columns(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static string Text(string table) =>
        SmallFile.ReadText("/proc/sysvipc/" + table) ?? throw new IOException($"/proc/sysvipc/{table} can't be read.");
}
