using System.Runtime.Versioning;
using System.Text;
using WorkflowLifecycle.Processes.Linux.Adopting;
using WorkflowLifecycle.Processes.Linux.Cgroups;
using WorkflowLifecycle.Processes.Linux.Cleaning.Files;
using WorkflowLifecycle.Processes.Linux.Cleaning.SharedMemory;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Leaks;

/// <summary>Everything on this machine that carries our marks: run directories of our runtime root, cgroups, temp directories, shared memory, shims, and processes by their environment.</summary>
[SupportedOSPlatform("linux")]
internal sealed class TraceFinder(ContainmentSettings settings)
{
    private const string Prefix = "wfl-";
    private const int LengthOfId = 32;

    private readonly LocalUser _user = LinuxPlatform.CurrentUser();
    private readonly Machine _machine = Machine.Read();
    private readonly Lazy<IReadOnlyList<SpoolEntry>> _spooled = new(() => new EmergencySpool(RuntimeDirectories.Root(settings.RuntimeDirectory)).Read().Entries);

    public IReadOnlyList<RunTraces> Find(CancellationToken cancellationToken)
    {
        string root = RuntimeDirectories.Root(settings.RuntimeDirectory);
        Dictionary<string, RunRemains> directories = RuntimeDirectories.FindRemains(root).ToDictionary(remains => remains.InternalId, StringComparer.Ordinal);
        Dictionary<string, string> cgroups = Named(CgroupRoots.Candidates(settings.CgroupRoot, _user.IsPrivileged));
        Dictionary<string, string> temps = Named(new[] { Path.GetTempPath(), "/tmp", "/var/tmp" }.Select(RealPath.Of).OfType<string>());
        ILookup<string, string> segments = NamedSegments.Find(_user.Id);
        ProcessTable table = ProcessTable.Read();
        List<RunTraces> found = [];
        foreach (string id in directories.Keys.Union(cgroups.Keys).Union(temps.Keys).Union(segments.Select(segment => segment.Key)).Order(StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            found.Add(Gather(id, directories.GetValueOrDefault(id), cgroups.GetValueOrDefault(id), temps.GetValueOrDefault(id), segments[id], table));
        }

        HashSet<int> known = [.. found.SelectMany(run => run.Things).Where(thing => thing.Pid > 0).Select(thing => thing.Pid)];
        found.AddRange(TraceProcesses.Marked(table, known).GroupBy(process => process.MarkedRun).Select(group => new RunTraces { Things = [.. group] }));
        return found;
    }

    private RunTraces Gather(string id, RunRemains? remains, string? cgroupPath, string? temp, IEnumerable<string> segments, ProcessTable table)
    {
        List<Trace> things = [];
        Add(TraceKind.RunDirectory, remains?.Containment.RunDirectory);
        Add(TraceKind.Cgroup, cgroupPath);
        Add(TraceKind.TempDirectory, temp);
        foreach (string segment in segments)
        {
            Add(TraceKind.SharedMemory, segment);
        }

        ulong inode = cgroupPath is null ? 0 : FileFacts.Of(cgroupPath)?.Inode ?? 0;
        using RunCgroup? cgroup = inode == 0 ? null : RunCgroup.Open(cgroupPath!, inode, out _);
        things.AddRange(TraceProcesses.Of(cgroup, remains, _machine, table));
        return new RunTraces
        {
            InternalId = id,
            Remains = remains,
            Host = remains?.Host is { } host ? _machine.Look(host) : ProcessPresence.Unknown,
            HoldsIntent = remains is not null && _spooled.Value.Any(entry => entry.Payload.Span.IndexOf(Encoding.UTF8.GetBytes(id)) >= 0),
            CgroupPath = cgroupPath,
            CgroupInode = inode,
            Things = things,
        };

        void Add(TraceKind kind, string? path)
        {
            if (path is not null)
            {
                things.Add(new Trace { Kind = kind, Name = path, Signs = [TraceSigns.Name] });
            }
        }
    }

    // Only what this user or root made: a name in a directory that everybody may write in is nobody's word. Of two places the first one counts.
    private Dictionary<string, string> Named(IEnumerable<string> places)
    {
        Dictionary<string, string> found = new(StringComparer.Ordinal);
        foreach (string path in places.SelectMany(Below))
        {
            string id = Path.GetFileName(path)[Prefix.Length..];
            if (id.Length == LengthOfId && id.All(char.IsAsciiHexDigitLower)
                && FileFacts.Of(path) is { IsDirectory: true } facts && (facts.OwnerId == _user.Id || facts.OwnerId == 0))
            {
                found.TryAdd(id, path);
            }
        }

        return found;
    }

    private static string[] Below(string place)
    {
        try
        {
            return Directory.GetDirectories(place, Prefix + "*");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Not there, or not for us.
            return [];
        }
    }
}
