using System.Runtime.InteropServices;
using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Shim;

/// <summary>The shim's program, unpacked once per host into a sealed memory file, so that no file system has to allow execution.</summary>
internal sealed class ShimImage : IDisposable
{
    private const uint CloseOnExec = 1;
    private const uint AllowSealing = 2;
    private const uint Executable = 0x10;
    private const int AllSeals = 0xF;

    private ShimImage(FileDescriptor file) => File = file;

    public FileDescriptor File { get; }

    /// <exception cref="LaunchFailedException">There is no shim for this architecture, or the kernel refuses memory files.</exception>
    public static unsafe ShimImage Load()
    {
        string resource = RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => "workflow-lifecycle-shim-x64",
            Architecture.Arm64 => "workflow-lifecycle-shim-arm64",
            Architecture other => throw new LaunchFailedException(LaunchStage.Shim, $"There is no shim for {other}. Run the host on x64 or arm64."),
        };
        using Stream stream = typeof(ShimImage).Assembly.GetManifestResourceStream(resource)
            ?? throw new LaunchFailedException(LaunchStage.Shim, $"The resource {resource} is missing from the package. Reinstall WorkflowLifecycle.Processes.");
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);

        // Kernels before 6.3 do not know the flag "executable" and refuse it; there, memory files are executable anyway.
        FileDescriptor file = Libc.MemoryFile(resource, CloseOnExec | AllowSealing | Executable);
        if (file.IsInvalid && Marshal.GetLastPInvokeError() == Errno.EINVAL)
        {
            file = Libc.MemoryFile(resource, CloseOnExec | AllowSealing);
        }

        if (file.IsInvalid)
        {
            throw new LaunchFailedException(
                LaunchStage.Shim, $"memfd_create: {Errno.Describe(Marshal.GetLastPInvokeError())}. Allow executable memory files (sysctl vm.memfd_noexec=1 or 0).");
        }

        fixed (byte* start = bytes)
        {
            nint written = Libc.Write(file, start, (nuint)bytes.Length);
            if (written != bytes.Length)
            {
                throw new LaunchFailedException(LaunchStage.Shim, "The shim could not be unpacked into memory. Free memory and launch again.");
            }
        }

        _ = Libc.Fcntl(file.Number, Libc.FcntlAddSeals, AllSeals);
        return new ShimImage(file);
    }

    public void Dispose() => File.Dispose();
}
