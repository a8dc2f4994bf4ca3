using WorkflowLifecycle.Processes.Linux.Cgroups;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Ending;

/// <summary>What the kernel says of a run's cgroup that was to be frozen.</summary>
internal static class FrozenCgroup
{
    /// <summary>Whether the order was carried out: everybody inside stands still.</summary>
    public static bool IsFrozen(RunCgroup cgroup)
    {
        using FileDescriptor file = DescriptorReserve.OpenAt(cgroup.Directory, "cgroup.events", Libc.OpenReadOnly | Libc.OpenCloseOnExec);
        Span<byte> buffer = stackalloc byte[256];
        int length = file.IsInvalid ? 0 : SmallFile.ReadAll(file, buffer);
        return buffer[..Math.Max(length, 0)].IndexOf("frozen 1"u8) >= 0;
    }

    /// <summary>Takes the order back. Only where no shim is left whose lease would do it.</summary>
    public static unsafe void Thaw(RunCgroup cgroup)
    {
        using FileDescriptor file = DescriptorReserve.OpenAt(cgroup.Directory, "cgroup.freeze", Libc.OpenWriteOnly | Libc.OpenCloseOnExec);
        byte zero = (byte)'0';
        if (!file.IsInvalid)
        {
            _ = Libc.Write(file, &zero, 1);
        }
    }
}
