using System.ComponentModel;
using System.Runtime.InteropServices;

namespace WorkflowLifecycle.Shim.Tests.Harness;

/// <summary>posix_spawn with numbered descriptors.</summary>
internal static unsafe partial class Spawner
{
    private const short SetSigMask = 8, SetSid = 0x80;

    [LibraryImport("libc", EntryPoint = "posix_spawn")]
    private static partial int PosixSpawn(out int pid, byte* path, byte* actions, byte* attributes, byte** argv, byte** envp);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    private static partial int ActionsInit(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    private static partial int ActionsDestroy(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static partial int ActionsAddDup2(byte* actions, int fd, int target);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    private static partial int AttributesInit(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    private static partial int AttributesDestroy(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    private static partial int AttributesSetFlags(byte* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    private static partial int AttributesSetSigMask(byte* attributes, byte* mask);

    /// <summary>Starts a program with DESCRIPTORS as pairs of an own number and the child's, and a signal mask whose bit 0 is signal 1.</summary>
    /// <remarks>Signals that this process ignores (.NET ignores SIGPIPE) stay ignored, on purpose: the shim must cope.</remarks>
    public static int Spawn(string path, string[] argv, string[] environment, IEnumerable<(int Own, int Target)> descriptors, ulong blockedSignals)
    {
        byte* actions = stackalloc byte[256];
        byte* attributes = stackalloc byte[512];
        byte* mask = stackalloc byte[128];
        new Span<byte>(mask, 128).Clear();
        *(ulong*)mask = blockedSignals;
        Check(ActionsInit(actions));
        Check(AttributesInit(attributes));
        byte** arguments = Strings(argv);
        byte** variables = Strings(environment);
        byte* program = (byte*)Marshal.StringToCoTaskMemUTF8(path);
        try
        {
            Check(AttributesSetFlags(attributes, SetSid | SetSigMask));
            Check(AttributesSetSigMask(attributes, mask));
            foreach ((int own, int target) in descriptors) Check(ActionsAddDup2(actions, own, target));
            int error = PosixSpawn(out int pid, program, actions, attributes, arguments, variables);
            return error == 0 ? pid : throw new Win32Exception(error, "posix_spawn " + path);
        }
        finally
        {
            Free(arguments, argv.Length);
            Free(variables, environment.Length);
            Marshal.FreeCoTaskMem((nint)program);
            Check(ActionsDestroy(actions));
            Check(AttributesDestroy(attributes));
        }
    }

    private static void Check(int error)
    {
        if (error != 0) throw new Win32Exception(error);
    }

    private static byte** Strings(string[] strings)
    {
        byte** block = (byte**)NativeMemory.AllocZeroed((nuint)strings.Length + 1, (nuint)sizeof(byte*));
        for (int i = 0; i < strings.Length; i++) block[i] = (byte*)Marshal.StringToCoTaskMemUTF8(strings[i]);
        return block;
    }

    private static void Free(byte** block, int count)
    {
        for (int i = 0; i < count; i++) Marshal.FreeCoTaskMem((nint)block[i]);
        NativeMemory.Free(block);
    }
}
