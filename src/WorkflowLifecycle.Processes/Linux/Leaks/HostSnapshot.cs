using System.Globalization;
using WorkflowLifecycle.Processes.Linux.Cleaning;
using WorkflowLifecycle.Processes.Linux.Cleaning.SharedMemory;
using WorkflowLifecycle.Processes.Linux.Cleaning.Sockets;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Proc;
using WorkflowLifecycle.Processes.Linux.Working;

namespace WorkflowLifecycle.Processes.Linux.Leaks;

/// <summary>How this process and the machine are at an instant, as far as a run may change it. A few hundred system calls; no other process is read.</summary>
internal sealed record HostSnapshot
{
    private const int MostDescriptors = 4096;
    private const int MostTold = 5;
    private const int MostTempEntries = 10_000;

    private static readonly string[] _places = ["/proc/", "/sys/", "/dev/", "/memfd:"];
    // What a .NET process puts there itself when it starts.
    private static readonly string[] _ofRuntimes = ["dotnet-diagnostic-", "clr-debug-pipe-"];

    private static readonly string[] _endings = [".dll", ".so", ".db", "-wal", "-shm", "-journal"];

    // Until a run is cleaned its host has a channel to its shim, perhaps a second one for the kill, its streams, and descriptors of its processes.
    private static readonly Dictionary<string, int> _ofARun = new(StringComparer.Ordinal) { ["sockets"] = 2, ["pipes"] = 3, ["anon_inode:[pidfd]"] = 3, ["anon_inode:[eventpoll]"] = 1 };

    /// <summary>What the host has open, counted by what it is.</summary>
    public required IReadOnlyDictionary<string, int> OpenFiles { get; init; }

    /// <summary>Children of the host that have exited and that nobody collected.</summary>
    public required IReadOnlyList<string> Zombies { get; init; }

    /// <summary>The host's sockets, by the kernel's numbers. What they are bound to takes the kernel milliseconds to list, and is asked at the end alone.</summary>
    public required IReadOnlySet<ulong> Sockets { get; init; }

    /// <summary>Named shared memory that belongs to the host's user; nothing where the machine's was left out.</summary>
    public required IReadOnlyList<string> SharedMemory { get; init; }

    /// <summary>The names in the host's temp directory; null where there are too many to compare, or the machine's were left out.</summary>
    public required IReadOnlyList<string>? Temp { get; init; }

    /// <param name="withMachine">Whether names that are the whole machine's are of use: each snapshot of a live run keeps thousands of them.</param>
    public static HostSnapshot Take(bool withMachine)
    {
        Dictionary<string, int> open = new(StringComparer.Ordinal);
        HashSet<ulong> sockets = [];
        foreach (string descriptor in OpenDescriptors.Of(Environment.ProcessId).Take(MostDescriptors))
        {
            if (SocketHolders.InodeOf(Environment.ProcessId, descriptor) is { } inode)
            {
                sockets.Add(inode);
            }

            // What was closed under the look is not open.
            if (ProcLink.Read(OpenDescriptors.PathOf(Environment.ProcessId, descriptor)) is { } link && WordFor(link) is { } what)
            {
                open[what] = open.GetValueOrDefault(what) + 1;
            }
        }

        return new HostSnapshot
        {
            OpenFiles = open,
            Zombies = [.. FindZombies()],
            Sockets = sockets,
            SharedMemory = withMachine ? ReadSharedMemory() : [],
            Temp = withMachine ? ReadTemp() : null,
        };
    }

    // A number in brackets would make each socket and each pipe a kind of its own. The kernel's files are read all the time, libraries are loaded when they are
    // first needed, and a store opens and closes connections: none of that is a run's.
    private static string? WordFor(string link) =>
        !link.StartsWith('/') ? link.IndexOf(":[", StringComparison.Ordinal) is > 0 and var start && !link.StartsWith("anon_inode", StringComparison.Ordinal) ? link[..start] + "s" : link
        : _places.Any(place => link.StartsWith(place, StringComparison.Ordinal)) || _endings.Any(ending => link.EndsWith(ending, StringComparison.Ordinal)) ? null
        : link;

    private static IEnumerable<string> FindZombies()
    {
        List<int> children = [];
        ProcessReader.AddChildren(Environment.ProcessId, children);
        foreach (int pid in children)
        {
            if (ProcessReader.TryReadStat(pid, out ProcStat stat) && stat.State == 'Z')
            {
                yield return ProcessKey.Of(stat).ToString();
            }
        }
    }

    private static IReadOnlyList<string> ReadSharedMemory()
    {
        try
        {
            using SharedMemoryDirectory directory = SharedMemoryDirectory.Open();
            uint user = Libc.EffectiveUserId();
            return [.. directory.Read().Where(file => file.Value.OwnerId == user).Select(file => file.Key).Order(StringComparer.Ordinal)];
        }
        catch (IOException)
        {
            // A machine without it has nothing to compare.
            return [];
        }
    }

    private static string[]? ReadTemp()
    {
        try
        {
            string[] names =
            [
                .. Directory.EnumerateFileSystemEntries(Path.GetTempPath()).Take(MostTempEntries).Select(path => Path.GetFileName(path)!)
                    .Where(name => !_ofRuntimes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal))),
            ];
            return names.Length == MostTempEntries ? null : names;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A host without one that it may read has nothing to compare.
            return null;
        }
    }

    /// <summary>Where the host can be reached by sockets that it did not have then.</summary>
    public IReadOnlyList<string> PortsSince(HostSnapshot before)
    {
        HashSet<ulong> more = [.. Sockets.Except(before.Sockets)];
        return more.Count == 0 ? [] : [.. BoundSockets.ReadOwn().Where(socket => more.Contains(socket.Inode)).Select(socket => socket.ToString()).Order(StringComparer.Ordinal)];
    }

    /// <summary>A difference of open files, in words; null when nothing became more than a run has until it is cleaned.</summary>
    /// <param name="before">At the launch.</param>
    /// <param name="after">At the end.</param>
    /// <param name="ownPath">What is in the paths of the run's own files.</param>
    public static string? Growth(IReadOnlyDictionary<string, int> before, IReadOnlyDictionary<string, int> after, string ownPath)
    {
        string[] more = [.. after.Where(now => now.Value > before.GetValueOrDefault(now.Key) + _ofARun.GetValueOrDefault(now.Key) && !now.Key.Contains(ownPath, StringComparison.Ordinal))
            .OrderBy(now => now.Key, StringComparer.Ordinal).Take(MostTold).Select(now => string.Create(CultureInfo.InvariantCulture, $"{now.Key} {before.GetValueOrDefault(now.Key)} -> {now.Value}"))];
        return more.Length == 0 ? null : string.Join(", ", more);
    }
}
