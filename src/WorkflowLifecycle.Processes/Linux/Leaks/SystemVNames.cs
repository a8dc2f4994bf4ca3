using System.Globalization;
using WorkflowLifecycle.Processes.Linux.Adopting;
using WorkflowLifecycle.Processes.Linux.Cleaning.SystemV;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Leaks;

/// <summary>The System V objects of this IPC namespace, by kind and the kernel's id.</summary>
/// <param name="Names">The kind and the id; null where the kernel has no lists of them.</param>
internal sealed record SystemVNames(IReadOnlySet<string>? Names)
{
    // Key, id and more: alike in the three lists.
    private const int IdColumn = 1;

    private static readonly (SystemVKind Kind, string List)[] _lists = [(SystemVKind.Segment, "shm"), (SystemVKind.Semaphores, "sem"), (SystemVKind.Queue, "msg")];

    /// <summary>Reads the lists alone: who used semaphores last takes a system call for each.</summary>
    public static SystemVNames Find()
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach ((SystemVKind kind, string list) in _lists)
        {
            if (SmallFile.ReadText("/proc/sysvipc/" + list) is not { } text)
            {
                return new SystemVNames(Names: null);
            }

            names.UnionWith(text.Split('\n').Skip(1).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(columns => columns.Length > IdColumn).Select(columns => $"{kind} {columns[IdColumn]}"));
        }

        return new SystemVNames(names);
    }

    /// <summary>What this user has that was not there then, that nobody has attached, and whose maker or last users are gone.</summary>
    public IEnumerable<(string Name, string Note)> Since(SystemVNames before, ProcessTable table)
    {
        if (Names is null || before.Names is null || !Names.Except(before.Names).Any())
        {
            yield break;
        }

        uint user = Libc.EffectiveUserId();
        foreach (SystemVObject found in SystemVTable.Read().Where(found => found.CreatorId == user && found.Attached == 0 && !before.Names.Contains(string.Create(CultureInfo.InvariantCulture, $"{found.Kind} {found.Id}"))))
        {
            int[] makers = found.Creator > 0 ? [found.Creator] : [.. found.LastUsers.Where(pid => pid > 0).Distinct()];
            if (!makers.Any(table.Stats.ContainsKey))
            {
                yield return (found.Name, makers.Length == 0 ? "made since the launch; the kernel does not keep by whom"
                    : string.Create(CultureInfo.InvariantCulture, $"made since the launch; {(found.Creator > 0 ? "who made it" : "who used it last")} (PID {makers[0]}) is gone"));
            }
        }
    }
}
