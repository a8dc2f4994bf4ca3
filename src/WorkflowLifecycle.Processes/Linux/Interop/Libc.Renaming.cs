using System.Runtime.InteropServices;

namespace WorkflowLifecycle.Processes.Linux.Interop;

/// <summary>Renaming that replaces nothing: not every C library has a function for it.</summary>
internal static partial class Libc
{
    private const uint RenameNoReplace = 1;

    private static readonly nint RenameCall = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 276 : 316;

    /// <summary>Renames within a directory; EEXIST where the new name is taken. 0, or -1 with the errno.</summary>
    public static int RenameExclusively(FileDescriptor directory, string from, string to) =>
        (int)Rename(RenameCall, directory.Number, from, directory.Number, to, RenameNoReplace);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint Rename(nint number, nint fromDirectory, string from, nint toDirectory, string to, nuint flags);
}
