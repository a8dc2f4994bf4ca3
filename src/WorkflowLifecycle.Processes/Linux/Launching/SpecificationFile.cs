using System.Runtime.InteropServices;
using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Launching;

/// <summary>What the launch specification is handed over in. It holds the arguments and the environment in clear: memory, as long as there is any.</summary>
internal static class SpecificationFile
{
    private const uint CloseOnExec = 1;
    private const uint OwnerOnly = 0x180;
    private const string SharedMemory = "/dev/shm";

    /// <summary>Writes the specification into a file without a name.</summary>
    /// <param name="bytes">The specification.</param>
    /// <param name="runDirectory">Where the file is made when the kernel refuses memory files and there is no shared memory either.</param>
    /// <exception cref="LaunchFailedException">There is nowhere to write it.</exception>
    public static FileDescriptor Write(byte[] bytes, string runDirectory)
    {
        FileDescriptor file = Create(runDirectory);
        int errno = UnlinkedFile.Write(file, bytes);
        if (errno == 0)
        {
            return file;
        }

        file.Dispose();
        throw new LaunchFailedException(LaunchStage.Spawn, $"The launch specification: {Errno.Describe(errno)}. Free memory.");
    }

    private static FileDescriptor Create(string runDirectory)
    {
        FileDescriptor file = Libc.MemoryFile("workflow-lifecycle-specification", CloseOnExec);
        if (!file.IsInvalid)
        {
            return file;
        }

        int refused = Marshal.GetLastPInvokeError();
        file.Dispose();
        return UnlinkedFile.Create(SharedMemory, OwnerOnly, out _) ?? UnlinkedFile.Create(runDirectory, OwnerOnly, out _)
            ?? throw new LaunchFailedException(LaunchStage.Spawn, $"memfd_create: {Errno.Describe(refused)}, and no file can be made in {SharedMemory} or {runDirectory}. Free memory and descriptors.");
    }
}
