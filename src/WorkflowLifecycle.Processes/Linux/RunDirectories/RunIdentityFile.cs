using System.Runtime.Versioning;
using System.Text.Json;
using WorkflowLifecycle.Processes.Linux.Cgroups;

namespace WorkflowLifecycle.Processes.Linux.RunDirectories;

/// <summary>Writes <c>run.json</c>: whose directory this is, for people and for recovery without the store.</summary>
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
}
