using System.Runtime.InteropServices;
using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Shim;

/// <summary>Starts a process through the C library: forking from managed code is unsafe, this is not.</summary>
internal static partial class PosixSpawn
{
    // Larger than posix_spawnattr_t (336 bytes in glibc) and posix_spawn_file_actions_t (80) of the C libraries we know.
    private const int OpaqueSize = 512;
    private const int SignalSetSize = 128;
    private const short SetSignalDefaults = 4;
    private const short SetSignalMask = 8;
    private const short SetSession = 0x80;

    /// <summary>Starts a program in a session of its own, with every signal unblocked and at its default.</summary>
    /// <param name="path">The program.</param>
    /// <param name="argument0">Its only argument.</param>
    /// <param name="descriptors">What becomes descriptor 0, 1, 2 and so on. Each must be numbered above the highest target.</param>
    /// <returns>The PID.</returns>
    /// <exception cref="LaunchFailedException">The kernel refused.</exception>
    public static int Start(string path, string argument0, ReadOnlySpan<int> descriptors)
    {
        Check(TryStart(path, argument0, descriptors, out int pid));
        return pid;
    }

    /// <summary>As <see cref="Start"/>; 0 or the errno of the execution.</summary>
    public static unsafe int TryStart(string path, string argument0, ReadOnlySpan<int> descriptors, out int pid)
    {
        byte* actions = stackalloc byte[OpaqueSize];
        byte* attributes = stackalloc byte[OpaqueSize];
        byte* signals = stackalloc byte[SignalSetSize];
        Check(InitializeActions(actions));
        Check(InitializeAttributes(attributes));
        nint argument = Marshal.StringToCoTaskMemUTF8(argument0);
        try
        {
            for (int target = 0; target < descriptors.Length; target++)
            {
                Check(AddDuplicate(actions, descriptors[target], target));
            }

            Check(EmptySignalSet(signals));
            Check(SetMask(attributes, signals));
            Check(FillSignalSet(signals));
            Check(SetDefaults(attributes, signals));
            Check(SetFlags(attributes, SetSignalDefaults | SetSignalMask | SetSession));
            nint* argv = stackalloc nint[2] { argument, 0 };
            nint* environment = stackalloc nint[1] { 0 };
            return Spawn(out pid, path, actions, attributes, argv, environment);
        }
        finally
        {
            Marshal.FreeCoTaskMem(argument);
            _ = DestroyActions(actions);
            _ = DestroyAttributes(attributes);
        }
    }

    private static void Check(int error)
    {
        if (error != 0)
        {
            throw new LaunchFailedException(LaunchStage.Spawn, $"The shim could not be started: {Errno.Describe(error)}. See 'workflowctl doctor'.");
        }
    }

    [LibraryImport("libc", EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Spawn(out int pid, string path, byte* actions, byte* attributes, nint* argv, nint* environment);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    private static unsafe partial int InitializeActions(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    private static unsafe partial int DestroyActions(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static unsafe partial int AddDuplicate(byte* actions, int source, int target);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    private static unsafe partial int InitializeAttributes(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    private static unsafe partial int DestroyAttributes(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    private static unsafe partial int SetFlags(byte* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    private static unsafe partial int SetMask(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    private static unsafe partial int SetDefaults(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "sigemptyset")]
    private static unsafe partial int EmptySignalSet(byte* signals);

    [LibraryImport("libc", EntryPoint = "sigfillset")]
    private static unsafe partial int FillSignalSet(byte* signals);
}
