using System.Globalization;
using System.Runtime.Versioning;
using System.Text;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Proc;
using WorkflowLifecycle.Processes.Linux.RunDirectories;

namespace WorkflowLifecycle.Processes.Linux.Adopting;

/// <summary>
/// <c>adopted</c> in the run directory: who was taken in, and from where. A line is written before its process is touched, so that whoever
/// finds a dead adopter's run can put everything back. It need not survive the machine: neither do the processes.
/// </summary>
internal sealed class AdoptionFile : IDisposable
{
    private const string None = "-";
    private const int Fields = 4;

    private readonly FileStream _file;

    private AdoptionFile(FileStream file) => _file = file;

    [SupportedOSPlatform("linux")]
    public static AdoptionFile Create(RunDirectory directory) => new(new FileStream(
        PathIn(directory),
        new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }));

    public void Append(AdoptedProcess process) =>
        _file.Write(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{process.Pid} {process.StartTicks} {process.Handle ?? None} {process.Origin ?? None}\n")));

    public void Dispose() => _file.Dispose();

    /// <summary>Who was taken in; nobody where the file is not there. A line that was cut by a crash is of a process that was not touched.</summary>
    public static IReadOnlyList<AdoptedProcess> Read(RunDirectory directory)
    {
        string path = PathIn(directory);
        string text = FileFacts.Of(path) is { IsRegularFile: true } ? SmallFile.ReadText(path) ?? string.Empty : string.Empty;
        int end = text.LastIndexOf('\n');
        return end < 0 ? [] : [.. text[..end].Split('\n').Select(Parse).OfType<AdoptedProcess>()];
    }

    /// <summary>This process or one above it, when it was taken in and nothing else shows that; null when none was.</summary>
    public static int? FindOwn(ContainmentRecord containment)
    {
        if (containment.Shim is not null || containment.CgroupPath is not null)
        {
            return null;
        }

        IReadOnlyList<AdoptedProcess> adopted = Read(new RunDirectory(containment.RunDirectory));
        return Ancestry.OfThisProcess().Where(pid => ProcessReader.TryReadStat(pid, out ProcStat stat)
            && adopted.Any(process => process.Pid == pid && process.StartTicks == stat.StartTicks)).Select(pid => (int?)pid).FirstOrDefault();
    }

    private static string PathIn(RunDirectory directory) => Path.Combine(directory.Path, RunDirectory.Adopted);

    private static AdoptedProcess? Parse(string line) =>
        line.Split(' ', Fields) is [{ } pid, { } start, { } handle, { } origin]
        && int.TryParse(pid, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0
        && ulong.TryParse(start, NumberStyles.None, CultureInfo.InvariantCulture, out ulong ticks)
            ? new AdoptedProcess(number, ticks, handle == None ? null : handle, origin == None ? null : origin)
            : null;
}
