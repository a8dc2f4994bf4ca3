using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Runtime.InteropServices;
using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Evidence;

/// <summary>
/// The numbers of the descriptors of a process. Not by the base class library: that may look at what each entry points to, and so wait for a
/// file system that does not answer.
/// </summary>
internal static class DescriptorList
{
    private const int BufferSize = 16 * 1024;

    // struct linux_dirent64: inode 8, offset 8, length 2, type 1, name.
    private const int LengthOffset = 16;
    private const int NameOffset = 19;

    private static readonly nint _getEntries = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 61 : 217;

    /// <summary>The numbers, read while they are asked for. None when the process is gone, or not ours to look into.</summary>
    public static IEnumerable<int> Of(int pid)
    {
        using FileDescriptor directory = DescriptorReserve.Open(
            string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/fd"), Libc.OpenReadOnly | Libc.OpenDirectory | Libc.OpenCloseOnExec);
        if (directory.IsInvalid)
        {
            yield break;
        }

        byte[] buffer = new byte[BufferSize];
        while (Fill(directory, buffer) is var length and > 0)
        {
            for (int at = 0; at < length; at += BinaryPrimitives.ReadUInt16LittleEndian(buffer.AsSpan(at + LengthOffset)))
            {
                if (Utf8Parser.TryParse(buffer.AsSpan(at + NameOffset), out int number, out _))
                {
                    yield return number;
                }
            }
        }
    }

    private static unsafe int Fill(FileDescriptor directory, byte[] buffer)
    {
        fixed (byte* start = buffer)
        {
            return (int)Libc.SystemCall(_getEntries, directory.Number, (nint)start, buffer.Length, 0);
        }
    }
}
