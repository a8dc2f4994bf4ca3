using System.Globalization;
using System.Text;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Evidence;

/// <summary>What lies in the memory of a process: whoever holds the lock of that memory makes its readers wait.</summary>
/// <param name="CommandLine">NUL between the arguments.</param>
/// <param name="EnvironmentNames">The names of its variables.</param>
internal sealed record ProcessTexts(string? CommandLine, IReadOnlyList<string> EnvironmentNames)
{
    private const int EnvironmentSize = 64 * 1024;

    public static ProcessTexts Read(int pid) => new(ProcessReader.ReadCommandLine(pid), ReadNames(pid));

    // A program may have written over the place, as some do to show a title: what is no name is left out.
    private static List<string> ReadNames(int pid)
    {
        byte[] buffer = new byte[EnvironmentSize];
        int length = SmallFile.Read(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/environ"), buffer);
        List<string> names = [];
        ReadOnlySpan<byte> rest = buffer.AsSpan(0, Math.Max(length, 0));
        while (!rest.IsEmpty && names.Count < EvidenceLimits.NamesPerProcess)
        {
            int end = rest.IndexOf((byte)0);
            ReadOnlySpan<byte> entry = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            int equals = entry.IndexOf((byte)'=');
            if (equals is > 0 and <= EvidenceLimits.LongestName && IsName(entry[..equals]))
            {
                names.Add(Encoding.ASCII.GetString(entry[..equals]));
            }
        }

        return names;
    }

    private static bool IsName(ReadOnlySpan<byte> text) =>
        !char.IsAsciiDigit((char)text[0]) && !text.ContainsAnyExcept("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"u8);
}
