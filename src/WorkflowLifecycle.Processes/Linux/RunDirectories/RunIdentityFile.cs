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
    public static void Write(RunDirectory directory, ContainmentSpec spec, RunCgroup? cgroup, ProcessIdentity? shim)
    {
        using FileStream file = new(
            Path.Combine(directory.Path, RunDirectory.Identity),
            new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
        using Utf8JsonWriter json = new(file, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteNumber("schemaVersion", 1);
        json.WriteString("runId", spec.RunId.Value);
        json.WriteString("internalId", spec.InternalId);
        json.WriteString("onHostExit", spec.OnHostExit.ToString());
        json.WriteString("cgroupPath", cgroup?.Path);
        json.WriteNumber("cgroupInode", cgroup?.Inode ?? 0);
        if (shim is not null)
        {
            json.WriteStartObject("shim");
            json.WriteString("hostId", shim.HostId);
            json.WriteString("bootId", shim.BootId);
            json.WriteNumber("pidNamespace", shim.PidNamespace);
            json.WriteNumber("pid", shim.Pid);
            json.WriteNumber("startTicks", shim.StartTicks);
            json.WriteString("pidfsHandle", shim.PidfsHandle);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    /// <summary>The runs whose directories below a root still have their lock, which is what a cleaned one has no more.</summary>
    public static IReadOnlyList<RunRemains> FindBelow(string root, LocalUser user)
    {
        string runs = Path.Combine(root, RuntimeRoot.Runs);
        if (FileFacts.Of(runs) is not { IsDirectory: true, IsWritableByOthers: false } facts || facts.OwnerId != user.Id)
        {
            return [];
        }

        try
        {
            return [.. Directory.EnumerateDirectories(runs).Where(directory => new RunDirectory(directory).HasLock).Select(Read).OfType<RunRemains>()];
        }
        catch (IOException)
        {
            // The root went away under the look.
            return [];
        }
    }

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
            return new RunRemains
            {
                RunId = RunId.Parse(json.GetProperty("runId").GetString()!),
                InternalId = internalId,
                Containment = new ContainmentRecord
                {
                    Strength = ContainmentStrength.BestEffort,
                    RunDirectory = directory,
                    CgroupPath = json.GetProperty("cgroupPath").GetString() is { } cgroup && RunCgroup.IsOf(cgroup, internalId) ? cgroup : null,
                    CgroupInode = json.GetProperty("cgroupInode").GetUInt64(),
                },
            };
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            // Not as we write it: the program did that, and nothing of it is believed.
            return null;
        }
    }
}
