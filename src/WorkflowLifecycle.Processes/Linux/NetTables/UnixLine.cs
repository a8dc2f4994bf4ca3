using System.Globalization;
using System.Runtime.InteropServices;

namespace WorkflowLifecycle.Processes.Linux.NetTables;

/// <summary>A line of <c>/proc/PID/net/unix</c>.</summary>
/// <param name="IsListening">Whether it takes connections.</param>
/// <param name="Type">1 = stream, 2 = datagram, 5 = packets in sequence.</param>
/// <param name="State">1 = unconnected, 3 = connected.</param>
/// <param name="Inode">The kernel's number of it.</param>
/// <param name="Path">What was given to <c>bind</c>; <c>@</c> and a name for an abstract one; null without a name.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct UnixLine(bool IsListening, int Type, int State, ulong Inode, string? Path)
{
    public const int Datagram = 2;
    public const int Unconnected = 1;

    private const int Columns = 8;
    private const uint ListeningFlag = 0x10000;

    public static bool TryParse(string line, out UnixLine socket)
    {
        // Num, references, protocol, flags, type, state, inode, path: the last one keeps its blanks.
        Span<Range> columns = stackalloc Range[Columns];
        ReadOnlySpan<char> text = line;
        int count = text.Split(columns, ' ', StringSplitOptions.RemoveEmptyEntries);
        socket = default;
        if (count < Columns - 1
            || !uint.TryParse(text[columns[3]], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint flags)
            || !int.TryParse(text[columns[4]], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int type)
            || !int.TryParse(text[columns[5]], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int state)
            || !ulong.TryParse(text[columns[6]], NumberStyles.None, CultureInfo.InvariantCulture, out ulong inode))
        {
            return false;
        }

        socket = new UnixLine((flags & ListeningFlag) != 0, type, state, inode, count == Columns ? line[columns[7]] : null);
        return true;
    }
}
