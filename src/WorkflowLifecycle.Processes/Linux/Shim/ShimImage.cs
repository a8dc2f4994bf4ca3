using System.Runtime.InteropServices;
using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Shim;

/// <summary>
/// The shim's program, unpacked once per host: into a sealed memory file, so that no file system has to allow execution, or else into a
/// file that has lost its name before anything was written into it. Where it can be executed is found by executing it.
/// </summary>
internal sealed class ShimImage : IDisposable
{
    private const uint CloseOnExec = 1;
    private const uint AllowSealing = 2;
    private const uint Executable = 0x10;
    private const int AllSeals = 0xF;
    private const uint OwnerMayExecute = 0x1C0;
    private const int PositionInTrial = 8;

    // Somebody else's fork has our writable descriptor until its exec: microseconds, never many in a row.
    private const int BusyTries = 100;

    private ShimImage(FileDescriptor file, string? directory, IReadOnlyList<string> refusals)
    {
        File = file;
        Directory = directory;
        Refusals = refusals;
    }

    public FileDescriptor File { get; }

    /// <summary>On whose file system the program lies; null when it is in memory.</summary>
    public string? Directory { get; }

    /// <summary>The places that were tried before, each with the kernel's answer.</summary>
    public IReadOnlyList<string> Refusals { get; }

    /// <param name="directories">Where the program may lie when memory files are refused, best first.</param>
    /// <exception cref="LaunchFailedException">There is no shim for this architecture, or it can be executed from nowhere.</exception>
    public static ShimImage Load(IReadOnlyList<string> directories)
    {
        byte[] program = ReadProgram();
        List<string> refusals = [];
        foreach (string? directory in new string?[] { null }.Concat(directories))
        {
            FileDescriptor? file = directory is null ? InMemory(program, out int errno) : InFile(directory, program, out errno);
            errno = file is null ? errno : Execute(file);
            if (errno == 0)
            {
                return new ShimImage(file!, directory, refusals);
            }

            file?.Dispose();
            refusals.Add($"{directory ?? "a memory file"}: {Errno.Describe(errno)}");
        }

        throw new LaunchFailedException(
            LaunchStage.Shim,
            $"The shim can be executed from nowhere here ({string.Join("; ", refusals)}). Allow executable memory files (sysctl vm.memfd_noexec=1), or set "
            + "WorkflowLifecycleOptions.RuntimeDirectory or WORKFLOW_LIFECYCLE_RUNTIME_DIR to a directory that is not mounted noexec.");
    }

    public void Dispose() => File.Dispose();

    /// <summary>The shim's program; null where there is none for this architecture.</summary>
    public static byte[]? TryReadProgram()
    {
        try
        {
            return ReadProgram();
        }
        catch (LaunchFailedException)
        {
            return null;
        }
    }

    private static byte[] ReadProgram()
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
        return bytes;
    }

    private static FileDescriptor? InMemory(byte[] program, out int errno)
    {
        const string name = "workflow-lifecycle-shim";

        // Kernels before 6.3 do not know the flag "executable" and refuse it; there, memory files are executable anyway.
        FileDescriptor file = Libc.MemoryFile(name, CloseOnExec | AllowSealing | Executable);
        if (file.IsInvalid && Marshal.GetLastPInvokeError() == Errno.EINVAL)
        {
            file = Libc.MemoryFile(name, CloseOnExec | AllowSealing);
        }

        errno = file.IsInvalid ? Marshal.GetLastPInvokeError() : UnlinkedFile.Write(file, program);
        if (errno != 0)
        {
            file.Dispose();
            return null;
        }

        _ = Libc.Fcntl(file.Number, Libc.FcntlAddSeals, AllSeals);
        return file;
    }

    private static FileDescriptor? InFile(string directory, byte[] program, out int errno)
    {
        using FileDescriptor? writable = UnlinkedFile.Create(directory, OwnerMayExecute, out errno);
        errno = writable is null ? errno : UnlinkedFile.Write(writable, program);
        if (writable is null || errno != 0)
        {
            return null;
        }

        // What is open for writing cannot be executed. By the descriptor, so that it is the very file that was written.
        FileDescriptor file = Libc.Open($"/proc/self/fd/{writable.Number}", Libc.OpenReadOnly | Libc.OpenCloseOnExec, 0);
        errno = file.IsInvalid ? Marshal.GetLastPInvokeError() : 0;
        return file;
    }

    // With nothing to read and nobody to talk to the shim leaves at once.
    private static unsafe int Execute(FileDescriptor file)
    {
        using ShimDescriptors descriptors = new();
        using FileDescriptor nothing = Libc.Open("/dev/null", Libc.OpenReadWrite | Libc.OpenCloseOnExec, 0);
        if (file.IsInvalid || nothing.IsInvalid)
        {
            return Errno.ENOENT;
        }

        for (int position = 0; position < PositionInTrial; position++)
        {
            descriptors.Add(nothing.Number);
        }

        descriptors.Add(file.Number);
        int errno;
        int pid;
        int tries = 0;
        do
        {
            errno = PosixSpawn.TryStart($"/proc/self/fd/{PositionInTrial}", "workflow-lifecycle-shim", descriptors.Numbers, out pid);
        }
        while (errno == Errno.ETXTBSY && ++tries < BusyTries);

        while (errno == 0 && Libc.WaitPid(pid, null, 0) < 0 && Marshal.GetLastPInvokeError() == Errno.EINTR)
        {
        }

        return errno;
    }
}
