using System.Globalization;
using System.Text;

namespace WorkflowLifecycle.EndToEnd.Tests;

/// <summary>A process as the kernel shows it, read without any code of the product.</summary>
internal sealed record ProcessEntry(int Pid, int ParentPid, char State, string Name, string CommandLine)
{
    public bool IsZombie => State is 'Z' or 'X';

    public static ProcessEntry? Read(int pid)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{pid}/stat", Encoding.Latin1);
            int close = stat.LastIndexOf(')');
            string[] rest = stat[(close + 2)..].Split(' ');
            string commandLine = File.ReadAllText($"/proc/{pid}/cmdline", Encoding.Latin1).Replace('\0', ' ');
            return new ProcessEntry(pid, int.Parse(rest[1], CultureInfo.InvariantCulture), rest[0][0], stat[(stat.IndexOf('(', StringComparison.Ordinal) + 1)..close], commandLine);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Whether a process is there and not merely waiting to be collected.</summary>
    public static bool IsAlive(int pid) => Read(pid) is { IsZombie: false };

    public static bool Exists(int pid) => Read(pid) is not null;

    public static IEnumerable<ProcessEntry> All() =>
        Directory.EnumerateDirectories("/proc")
            .Select(directory => int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out int pid) ? pid : 0)
            .Where(pid => pid > 0).Select(Read).OfType<ProcessEntry>();

    /// <summary>The processes whose working directory is below a directory. No program of ours changes it, whatever else it hides.</summary>
    public static IReadOnlyList<ProcessEntry> StandingIn(string directory) =>
        [.. All().Where(process => StandsIn(process.Pid, directory))];

    private static bool StandsIn(int pid, string directory)
    {
        try
        {
            return new FileInfo($"/proc/{pid}/cwd").LinkTarget is { } target
                && (target == directory || target.StartsWith(directory + "/", StringComparison.Ordinal));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
