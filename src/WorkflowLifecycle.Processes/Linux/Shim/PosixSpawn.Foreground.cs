using System.Runtime.InteropServices;

namespace WorkflowLifecycle.Processes.Linux.Shim;

internal static partial class PosixSpawn
{
    /// <summary>
    /// Starts a program in the place of this process: its session, process group, working directory, environment and every descriptor that
    /// is not closed on execution.
    /// </summary>
    /// <param name="path">The program.</param>
    /// <param name="arguments">argv.</param>
    /// <param name="defaults">The signals that the program finds at their default; the others are ignored where this process ignores them.</param>
    /// <param name="pid">The PID.</param>
    /// <returns>0 or the errno of the execution.</returns>
    public static unsafe int TryStartInPlace(string path, IReadOnlyList<string> arguments, IReadOnlyList<int> defaults, out int pid)
    {
        byte* attributes = stackalloc byte[OpaqueSize];
        byte* signals = stackalloc byte[SignalSetSize];
        Check(InitializeAttributes(attributes));
        nint* argv = (nint*)NativeMemory.AllocZeroed((nuint)arguments.Count + 1, (nuint)sizeof(nint));
        try
        {
            for (int i = 0; i < arguments.Count; i++)
            {
                argv[i] = Marshal.StringToCoTaskMemUTF8(arguments[i]);
            }

            Check(EmptySignalSet(signals));
            foreach (int signal in defaults)
            {
                Check(AddToSignalSet(signals, signal));
            }

            Check(SetDefaults(attributes, signals));
            Check(SetFlags(attributes, SetSignalDefaults));
            return Spawn(out pid, path, null, attributes, argv, OwnEnvironment());
        }
        finally
        {
            for (int i = 0; i < arguments.Count; i++)
            {
                Marshal.FreeCoTaskMem(argv[i]);
            }

            NativeMemory.Free(argv);
            _ = DestroyAttributes(attributes);
        }
    }

    // As it was given to this process, byte by byte: not all of it need be text.
    private static unsafe nint* OwnEnvironment() => *(nint**)NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), "environ");

    [LibraryImport("libc", EntryPoint = "sigaddset")]
    private static unsafe partial int AddToSignalSet(byte* signals, int signal);
}
