using System.Runtime.InteropServices;

namespace WorkflowLifecycle.Processes.Linux.Interop;

/// <summary>Makes files that have no name any more: nobody finds them, and they are gone with their last descriptor.</summary>
internal static class UnlinkedFile
{
    /// <summary>Makes one, open for reading and writing; null when that directory allows none (the errno tells).</summary>
    public static FileDescriptor? Create(string directory, uint mode, out int errno)
    {
        using FileDescriptor parent = Libc.Open(directory, Libc.OpenReadOnly | Libc.OpenDirectory | Libc.OpenCloseOnExec, 0);
        errno = parent.IsInvalid ? Marshal.GetLastPInvokeError() : 0;
        if (errno != 0)
        {
            return null;
        }

        // Exclusive: what is opened was made by us, also where others may write in the directory.
        string name = ".wfl-" + Guid.NewGuid().ToString("N");
        FileDescriptor file = Libc.OpenAt(parent, name, Libc.OpenReadWrite | Libc.OpenCreate | Libc.OpenExclusive | Libc.OpenNoFollow | Libc.OpenCloseOnExec, mode);
        errno = file.IsInvalid ? Marshal.GetLastPInvokeError() : 0;
        if (errno != 0)
        {
            file.Dispose();
            return null;
        }

        _ = Libc.UnlinkAt(parent, name, 0);
        return file;
    }

    /// <summary>Writes all of it; 0 or the errno.</summary>
    public static unsafe int Write(FileDescriptor file, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            nint written = 0;
            while (written < bytes.Length)
            {
                nint count = Libc.Write(file, start + written, (nuint)(bytes.Length - written));
                if (count <= 0)
                {
                    return Marshal.GetLastPInvokeError();
                }

                written += count;
            }
        }

        return 0;
    }
}
