using System.Globalization;
using System.Text;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Working;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.LockFiles;

/// <summary>Whom a file names: its first line is a PID (<c>1234</c>), a PID and a host (<c>1234 builder</c>), or it is a link to <c>builder-1234</c>.</summary>
/// <param name="Pid">The PID.</param>
/// <param name="Host">The machine; null where it names none.</param>
internal readonly record struct LockFileContent(int Pid, string? Host)
{
    private const int LongestFile = 4096;

    /// <summary>Whether it can be a process of this machine.</summary>
    public bool IsOfThisMachine => Host is null || string.Equals(Host, Environment.MachineName, StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads it; null when it names nobody, or cannot be read.</summary>
    /// <param name="directory">Where it is.</param>
    /// <param name="name">Its name there.</param>
    /// <param name="mark">What it was seen to be.</param>
    public static LockFileContent? Read(FileDescriptor directory, string name, in LockFileMark mark)
    {
        if (mark.IsSymbolicLink)
        {
            return ParseLink(new FileInfo($"/proc/self/fd/{directory.Number}/{name}").LinkTarget ?? string.Empty);
        }

        if (!mark.IsRegularFile)
        {
            return null;
        }

        Span<byte> buffer = stackalloc byte[LongestFile];
        using FileDescriptor? file = UntrustedFile.Open(directory, name);
        return Parse(Encoding.UTF8.GetString(UntrustedFile.ReadStart(file, buffer)));
    }

    public static LockFileContent? Parse(string text)
    {
        string[] words = text.AsSpan().Trim().Length == 0 ? [] : text.Trim().Split('\n')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return words.Length is 1 or 2 && ParsePid(words[0]) is { } pid ? new LockFileContent(pid, words.Length == 2 ? words[1] : null) : null;
    }

    public static LockFileContent? ParseLink(string target)
    {
        int dash = target.LastIndexOf('-');
        return dash > 0 && !target.Contains('/', StringComparison.Ordinal) && ParsePid(target[(dash + 1)..]) is { } pid ? new LockFileContent(pid, target[..dash]) : null;
    }

    private static int? ParsePid(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int pid) && pid > 1 ? pid : null;
}
