using System.Globalization;
using System.Text;

namespace WorkflowLifecycle.Processes.Linux.Proc;

/// <summary>Reads single processes from procfs. Nothing here lists all processes of the machine.</summary>
internal static class ProcessReader
{
    private const int StatSize = 1024;
    private const int CommandLineSize = 4096;

    public static bool TryReadStat(int pid, out ProcStat stat)
    {
        Span<byte> buffer = stackalloc byte[StatSize];
        int length = SmallFile.Read(PathOf(pid, "stat"), buffer);
        stat = default;
        if (length <= 0 || !ProcStat.TryParse(buffer[..length], out stat))
        {
            return false;
        }

        stat = stat with { StartTicks = TimeNamespace.ToMachine(stat.StartTicks) };
        return true;
    }

    /// <summary>Whether the whole process has exited, as far as that can be told without a pidfd: a leader in state Z may still have threads.</summary>
    public static bool HasExited(in ProcStat stat)
    {
        try
        {
            return stat.State is 'Z' or 'X' && Directory.GetDirectories(PathOf(stat.Pid, "task")).Length <= 1;
        }
        catch (DirectoryNotFoundException)
        {
            // Collected while we looked.
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A look that failed is no death.
            return false;
        }
    }

    /// <summary>The command line with NUL between the arguments, at most 4 KiB; null when it cannot be read or there is none.</summary>
    public static string? ReadCommandLine(int pid)
    {
        Span<byte> buffer = stackalloc byte[CommandLineSize];
        int length = SmallFile.Read(PathOf(pid, "cmdline"), buffer);
        if (length <= 0)
        {
            return null;
        }

        return Encoding.UTF8.GetString(buffer[..length].TrimEnd((byte)0));
    }

    /// <summary>Whether the environment that a process was started with holds that text; false when it cannot be read.</summary>
    public static bool NamesInEnvironment(int pid, string text) =>
        text.Length > 0 && SmallFile.ReadText(PathOf(pid, "environ"))?.Contains(text, StringComparison.Ordinal) == true;

    /// <summary>What a process in uninterruptible sleep waits on; null when the kernel does not tell.</summary>
    public static string? ReadWaitChannel(int pid)
    {
        string? channel = SmallFile.ReadText(PathOf(pid, "wchan"));
        return string.IsNullOrEmpty(channel) || channel == "0" ? null : channel;
    }

    /// <summary>The cgroups of a process, as the kernel lists them; null when they cannot be read.</summary>
    public static string? ReadCgroup(int pid) => SmallFile.ReadText(PathOf(pid, "cgroup"));

    /// <summary>The children of every thread of a process.</summary>
    public static void AddChildren(int pid, List<int> children)
    {
        string tasks = PathOf(pid, "task");
        try
        {
            foreach (string task in Directory.EnumerateDirectories(tasks))
            {
                ParseNumbers(SmallFile.ReadText(Path.Combine(task, "children")), children);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The process went away while we looked: it has no children any more.
            return;
        }
    }

    /// <summary>The names of the first threads of a process; empty when it is gone.</summary>
    public static IReadOnlyList<string> ReadThreadNames(int pid, int most)
    {
        try
        {
            return [.. Directory.EnumerateDirectories(PathOf(pid, "task")).Take(most).Select(task => SmallFile.ReadText(Path.Combine(task, "comm"))?.TrimEnd('\n')).OfType<string>()];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Adds the numbers of a text that has one a line or is separated by blanks.</summary>
    public static void ParseNumbers(string? text, List<int> numbers)
    {
        foreach (Range range in (text ?? string.Empty).AsSpan().SplitAny(' ', '\n'))
        {
            if (int.TryParse(text.AsSpan()[range], NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            {
                numbers.Add(number);
            }
        }
    }

    private static string PathOf(int pid, string file) => string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/{file}");
}
