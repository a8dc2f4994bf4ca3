using System.Runtime.InteropServices;
using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.RunDirectories;

/// <summary>
/// Where the sections of a run are: who holds a flock(2) on a file of it is in one. The program may write here, so everything in it may be
/// of any kind, size and name, and nothing of it is followed.
/// </summary>
internal static class CriticalDirectory
{
    public const string Name = "critical";

    /// <summary>By which the program finds it.</summary>
    public const string EnvironmentVariable = "WORKFLOW_LIFECYCLE_CRITICAL";

    /// <summary>Files looked at, beside those that each run has; the program could make millions.</summary>
    private const int MostFiles = 256;

    /// <summary>Names read at a time.</summary>
    private const int MostEntries = 4096;

    private const uint DirectoryMode = 0x1C0;
    private const uint FileMode = 0x180;
    private const int RemoveNestedDirectory = 0x200;

    private static readonly string[] _kinds = ["git", "database", "file", "other"];

    public static string PathIn(string runDirectory) => Path.Combine(runDirectory, Name);

    public static string NameOf(CriticalSectionKind kind) => Enum.IsDefined(kind) ? _kinds[(int)kind] : _kinds[(int)CriticalSectionKind.Other];

    /// <summary>What a file protects: its name up to the first <c>-</c> or <c>.</c>.</summary>
    public static CriticalSectionKind KindOf(string file)
    {
        int end = file.AsSpan().IndexOfAny('-', '.');
        int kind = Array.IndexOf(_kinds, end < 0 ? file : file[..end]);
        return kind < 0 ? CriticalSectionKind.Other : (CriticalSectionKind)kind;
    }

    /// <summary>Makes it, with an empty file for each kind: a program that cannot create files can lock them, too.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static void Make(FileDescriptor runDirectory, string runPath)
    {
        if (Libc.MakeDirectory(PathIn(runPath), DirectoryMode) != 0)
        {
            throw new IOException($"mkdir {PathIn(runPath)}: {Errno.Describe(Marshal.GetLastPInvokeError())}");
        }

        foreach (string kind in _kinds)
        {
            using FileDescriptor file = Libc.OpenAt(runDirectory, $"{Name}/{kind}", Libc.OpenReadOnly | Libc.OpenCreate | Libc.OpenExclusive | Libc.OpenCloseOnExec, FileMode);
            if (file.IsInvalid)
            {
                throw new IOException($"{PathIn(runPath)}/{kind}: {Errno.Describe(Marshal.GetLastPInvokeError())}");
            }
        }
    }

    /// <summary>Opens it; null when there is none, or something else in its place.</summary>
    public static FileDescriptor? Open(string runDirectory)
    {
        FileDescriptor directory = DescriptorReserve.Open(PathIn(runDirectory), Libc.OpenReadOnly | Libc.OpenDirectory | Libc.OpenNoFollow | Libc.OpenCloseOnExec);
        if (!directory.IsInvalid)
        {
            return directory;
        }

        directory.Dispose();
        return null;
    }

    /// <summary>The names in it: those that each run has first, so that no flood of others hides them.</summary>
    public static IEnumerable<string> Names(FileDescriptor directory) =>
        _kinds.Concat(Entries(directory).Where(name => !_kinds.Contains(name, StringComparer.Ordinal)).Take(MostFiles));

    /// <summary>Takes away what is in it, one level deep; a lock that somebody still holds on a file is no obstacle.</summary>
    public static void Empty(string runDirectory)
    {
        using FileDescriptor? directory = Open(runDirectory);
        if (directory is not null)
        {
            // Again as long as there is something that goes: the program could make more than is read at a time.
            while (Entries(directory).Count(name => Libc.UnlinkAt(directory, name, 0) == 0 || Libc.UnlinkAt(directory, name, RemoveNestedDirectory) == 0) == MostEntries)
            {
            }
        }
    }

    // Listed through the descriptor, so that nobody can put another directory in between.
    private static string[] Entries(FileDescriptor directory)
    {
        EnumerationOptions all = new() { AttributesToSkip = FileAttributes.None };
        while (true)
        {
            try
            {
                return Directory.EnumerateFileSystemEntries($"/proc/self/fd/{directory.Number}", "*", all).Select(path => Path.GetFileName(path)).Take(MostEntries).ToArray();
            }
            catch (IOException exception) when (DescriptorReserve.Release(exception.HResult))
            {
                // It is listed through a second descriptor, and one is free now.
                continue;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Cleaned away under the look, or closed by the program.
                return [];
            }
        }
    }
}
