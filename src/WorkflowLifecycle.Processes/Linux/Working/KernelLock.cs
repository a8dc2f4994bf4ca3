using System.Buffers.Text;

namespace WorkflowLifecycle.Processes.Linux.Working;

/// <summary>A file lock that somebody holds, as the kernel prints it in <c>/proc/locks</c> and in <c>/proc/PID/fdinfo</c>.</summary>
/// <param name="Kind">Which call it was taken by.</param>
/// <param name="IsWrite">Exclusive.</param>
/// <param name="Pid">Who took it. A lock of flock(2) outlives that process where another one holds the same open file.</param>
/// <param name="Major">Device.</param>
/// <param name="Minor">Device.</param>
/// <param name="Inode">File.</param>
/// <param name="Start">First byte.</param>
/// <param name="End">Last byte.</param>
internal readonly record struct KernelLock(KernelLockKind Kind, bool IsWrite, int Pid, uint Major, uint Minor, ulong Inode, ulong Start, ulong End)
{
    /// <summary>Parses <c>1: FLOCK ADVISORY READ 25212 fe:00:11658378 0 EOF</c>; false for who merely waits, and for what is no such line.</summary>
    public static bool TryParse(ReadOnlySpan<byte> line, out KernelLock held)
    {
        held = default;
        Span<Range> fields = stackalloc Range[9];
        int count = Split(line, fields);
        if (count != 8)
        {
            return false;
        }

        ReadOnlySpan<byte> end = line[fields[7]];
        ulong last = ulong.MaxValue;
        if (!TryParseFile(line[fields[5]], out uint major, out uint minor, out ulong inode)
            || !Utf8Parser.TryParse(line[fields[4]], out int pid, out _)
            || !Utf8Parser.TryParse(line[fields[6]], out ulong start, out _)
            || (!end.SequenceEqual("EOF"u8) && !Utf8Parser.TryParse(end, out last, out _)))
        {
            return false;
        }

        ReadOnlySpan<byte> kind = line[fields[1]];
        held = new KernelLock(
            kind.SequenceEqual("FLOCK"u8) ? KernelLockKind.Flock : kind.SequenceEqual("POSIX"u8) ? KernelLockKind.Posix : KernelLockKind.Other,
            line[fields[3]].SequenceEqual("WRITE"u8),
            pid,
            major,
            minor,
            inode,
            start,
            last);
        return true;
    }

    public bool Touches(ulong first, ulong last) => Start <= last && End >= first;

    public bool LiesWithin(ulong first, ulong last) => Start >= first && End <= last;

    private static int Split(ReadOnlySpan<byte> line, Span<Range> fields)
    {
        int count = 0;
        foreach (Range range in line.Split((byte)' '))
        {
            if (range.Start.Value != range.End.Value)
            {
                if (count == fields.Length)
                {
                    break;
                }

                fields[count++] = range;
            }
        }

        return count;
    }

    // Major and minor number in hexadecimal, inode in decimal.
    private static bool TryParseFile(ReadOnlySpan<byte> text, out uint major, out uint minor, out ulong inode)
    {
        minor = 0;
        inode = 0;
        return Utf8Parser.TryParse(text, out major, out int used, 'x') && used < text.Length
            && Utf8Parser.TryParse(text[(used + 1)..], out minor, out int more, 'x') && used + more + 2 < text.Length
            && Utf8Parser.TryParse(text[(used + more + 2)..], out inode, out _);
    }
}
