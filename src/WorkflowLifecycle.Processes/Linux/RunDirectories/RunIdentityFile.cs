using System.Runtime.Versioning;
using System.Text.Json;
using WorkflowLifecycle.Processes.Linux.Cgroups;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.RunDirectories;

/// <summary><c>run.json</c>: whose directory this is, for people and for recovery without the store.</summary>
[SupportedOSPlatform("linux")]
internal static class RunIdentityFile
{
    /// <summary>Writes it, whole or not at all. Before the cgroup is there its path is known, and its inode is 0.</summary>
    public static void Write(RunDirectory directory, ContainmentSpec spec, string? cgroupPath, ulong cgroupInode, ProcessIdentity? shim, ProcessIdentity? host)
    {
        string path = Path.Combine(directory.Path, RunDirectory.Identity);
        string unfinished = path + ".tmp";
        using (FileStream file = new(unfinished, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
        using (Utf8JsonWriter json = new(file, new JsonWriterOptions { Indented = true }))
        {
            Write(json, spec, cgroupPath, cgroupInode, shim, host);
        }

        File.Move(unfinished, path, overwrite: true);
    }

    /// <summary>The runs whose directories below a root still have their lock, which is what a cleaned one has no more.</summary>
    public static IReadOnlyList<RunRemains> FindBelow(string root, LocalUser user)
    {
        string runs = Path.Combine(root, RuntimeRoot.Runs);
        if (!IsOwn(runs, user))
        {
            return [];
        }

        try
        {
            return [.. Directory.EnumerateDirectories(runs).Where(directory => !IsUnfinished(directory) && new RunDirectory(directory).HasLock).Select(Read).OfType<RunRemains>()];
        }
        catch (IOException)
        {
            // The root went away under the look.
            return [];
        }
    }

    /// <summary>Takes away those that were never finished, or not quite removed. How many are too young to tell.</summary>
    public static int ClearBelow(string root, LocalUser user, DateTimeOffset now)
    {
        string runs = Path.Combine(root, RuntimeRoot.Runs);
        return IsOwn(runs, user) ? RunDirectory.ClearUnfinished(runs, now) : 0;
    }

    private static bool IsOwn(string runs, LocalUser user) =>
        FileFacts.Of(runs) is { IsDirectory: true, IsWritableByOthers: false } facts && facts.OwnerId == user.Id;

    private static bool IsUnfinished(string directory) => Path.GetFileName(directory).StartsWith(RunDirectory.UnfinishedPrefix, StringComparison.Ordinal);

    private static RunRemains? Read(string directory)
    {
        string path = Path.Combine(directory, RunDirectory.Identity);
        if (FileFacts.Of(path) is not { IsRegularFile: true } || SmallFile.ReadText(path) is not { } text)
        {
            return null;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            JsonElement json = document.RootElement;
            string internalId = Path.GetFileName(directory);
            string? cgroupPath = json.GetProperty("cgroupPath").GetString() is { } cgroup && RunCgroup.IsOf(cgroup, internalId) ? cgroup : null;
            ulong cgroupInode = json.GetProperty("cgroupInode").GetUInt64();

            // Its host died before it had made it, or before it had written that down.
            cgroupInode = cgroupInode == 0 && cgroupPath is not null ? FileFacts.Of(cgroupPath)?.Inode ?? 0 : cgroupInode;
            return new RunRemains
            {
                RunId = RunId.Parse(json.GetProperty("runId").GetString()!),
                InternalId = internalId,
                Store = json.TryGetProperty("store", out JsonElement store) ? store.GetString() : null,
                LaunchedBy = json.TryGetProperty("launchedBy", out JsonElement launcher) ? launcher.GetString() : null,
                ParentRun = json.TryGetProperty("parentRun", out JsonElement parent) && parent.GetString() is { } above ? RunId.Parse(above) : null,
                Host = ReadIdentity(json, "host"),
                Shim = ReadIdentity(json, "shim"),
                Containment = new ContainmentRecord
                {
                    Strength = ContainmentStrength.BestEffort,
                    RunDirectory = directory,
                    CgroupPath = cgroupInode == 0 ? null : cgroupPath,
                    CgroupInode = cgroupInode,
                },
            };
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            // Not as we write it: the program did that, and nothing of it is believed.
            return null;
        }
    }

    private static void Write(Utf8JsonWriter json, ContainmentSpec spec, string? cgroupPath, ulong cgroupInode, ProcessIdentity? shim, ProcessIdentity? host)
    {
        json.WriteStartObject();
        json.WriteNumber("schemaVersion", 1);
        json.WriteString("runId", spec.RunId.Value);
        json.WriteString("internalId", spec.InternalId);
        json.WriteString("onHostExit", spec.OnHostExit.ToString());
        json.WriteString("cgroupPath", cgroupPath);
        json.WriteNumber("cgroupInode", cgroupInode);
        json.WriteString("store", spec.Store);
        json.WriteString("launchedBy", spec.LaunchedBy);
        json.WriteString("parentRun", spec.ParentRun?.Value);
        Write(json, "shim", shim);
        Write(json, "host", host);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, ProcessIdentity? process)
    {
        if (process is null)
        {
            return;
        }

        json.WriteStartObject(name);
        json.WriteString("hostId", process.HostId);
        json.WriteString("bootId", process.BootId);
        json.WriteNumber("pidNamespace", process.PidNamespace);
        json.WriteNumber("pidNamespaceStartTicks", process.PidNamespaceStartTicks);
        json.WriteNumber("pid", process.Pid);
        json.WriteNumber("startTicks", process.StartTicks);
        json.WriteString("pidfsHandle", process.PidfsHandle);
        json.WriteEndObject();
    }

    private static ProcessIdentity? ReadIdentity(JsonElement run, string name) =>
        run.TryGetProperty(name, out JsonElement json) && json.TryGetProperty("pidNamespaceStartTicks", out JsonElement namespaceStart)
            ? new ProcessIdentity
            {
                HostId = json.GetProperty("hostId").GetString()!,
                BootId = json.GetProperty("bootId").GetString()!,
                PidNamespace = json.GetProperty("pidNamespace").GetUInt64(),
                PidNamespaceStartTicks = namespaceStart.GetUInt64(),
                Pid = json.GetProperty("pid").GetInt32(),
                StartTicks = json.GetProperty("startTicks").GetUInt64(),
                PidfsHandle = json.GetProperty("pidfsHandle").GetString(),
            }
            : null;
}
