using System.Globalization;
using System.Runtime.InteropServices;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.SharedMemory;

/// <summary>A file in the memory of a process: a line of <c>/proc/PID/maps</c>.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct MappedFile(FileKey Key, string Path)
{
    private const int Columns = 6;

    // What is read of one file at most; a table that is longer was not read to its end.
    private const int LargestTable = 4 * 1024 * 1024;

    /// <summary>Those of a process, each mapping by itself; null when they can't be read, or not all of them.</summary>
    public static IReadOnlyList<MappedFile>? Of(int pid) =>
        SmallFile.ReadText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/maps")) is { } table && table.Length < LargestTable ? Parse(table) : null;

    /// <summary>Reads a table; lines without a file are left out.</summary>
    public static IReadOnlyList<MappedFile> Parse(string table)
    {
        List<MappedFile> mapped = [];
        Span<Range> columns = stackalloc Range[Columns];
        foreach (ReadOnlySpan<char> line in table.AsSpan().EnumerateLines())
        {
            // Addresses, permissions, offset, device, inode, path: the last one keeps its blanks.
            if (line.Split(columns, ' ', StringSplitOptions.RemoveEmptyEntries) == Columns
                && TryParseKey(line[columns[3]], line[columns[4]], out FileKey key))
            {
                mapped.Add(new MappedFile(key, line[columns[5]].ToString()));
            }
        }

        return mapped;
    }

    private static bool TryParseKey(ReadOnlySpan<char> device, ReadOnlySpan<char> inode, out FileKey key)
    {
        int colon = device.IndexOf(':');
        key = default;
        if (colon < 0
            || !uint.TryParse(device[..colon], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out uint major)
            || !uint.TryParse(device[(colon + 1)..], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out uint minor)
            || !ulong.TryParse(inode, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number))
        {
            return false;
        }

        key = new FileKey(major, minor, number);
        return true;
    }
}
