namespace WorkflowLifecycle.Shim.Tests.Harness;

/// <summary>
/// A cgroup of the test's own. The shim sits in it, the run in its child <c>run</c>, and walkers go to its child <c>elsewhere</c>:
/// whoever survives a test is found here, whatever it did to its name, parent or environment.
/// </summary>
internal sealed class TestCgroup : IDisposable
{
    private static int s_number;

    private TestCgroup(string path) => Path = path;

    public string Path { get; }
    public string Run => System.IO.Path.Combine(Path, "run");
    public string Elsewhere => System.IO.Path.Combine(Path, "elsewhere");

    public static string? Mount { get; } = FindMount();

    private static string? FindMount() =>
        File.ReadLines("/proc/self/mountinfo")
            .Where(line => line.Contains(" - cgroup2 ", StringComparison.Ordinal))
            .Select(line => line.Split(' ')[4])
            .FirstOrDefault();

    /// <summary>Null where this machine or user has no writable cgroup v2.</summary>
    public static TestCgroup? TryCreate()
    {
        if (Mount is null) return null;
        TestCgroup cgroup = new(System.IO.Path.Combine(Mount, $"shim-tests-{Environment.ProcessId}-{++s_number}"));
        try
        {
            Directory.CreateDirectory(cgroup.Run);
            Directory.CreateDirectory(cgroup.Elsewhere);
            return cgroup;
        }
        catch (Exception refused) when (refused is UnauthorizedAccessException or IOException)
        {
            return null;
        }
    }

    public void Add(int pid) => File.WriteAllText(System.IO.Path.Combine(Path, "cgroup.procs"), $"{pid}");

    public bool IsPopulated => File.ReadAllText(System.IO.Path.Combine(Path, "cgroup.events")).Contains("populated 1", StringComparison.Ordinal);

    public string[] Members() =>
        [.. new[] { Path, Run, Elsewhere }.SelectMany(p => File.ReadAllLines(System.IO.Path.Combine(p, "cgroup.procs"))).Select(Describe)];

    private static string Describe(string pid)
    {
        try
        {
            return pid + " " + File.ReadAllText($"/proc/{pid}/cmdline").Replace('\0', ' ');
        }
        catch (IOException)
        {
            return pid + " (gone)";
        }
    }

    public void Kill() => File.WriteAllText(System.IO.Path.Combine(Path, "cgroup.kill"), "1");

    public void Dispose()
    {
        for (int i = 0; IsPopulated && i < 200; i++)
        {
            Kill();
            Thread.Sleep(10);
        }

        foreach (string below in Directory.EnumerateDirectories(Path, "*", SearchOption.AllDirectories).OrderByDescending(d => d.Length)) Directory.Delete(below);
        Directory.Delete(Path);
    }
}
