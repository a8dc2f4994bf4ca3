namespace WorkflowLifecycle.Benchmarks.Trees;

/// <summary>A cgroup beside those of the runs, for walkers to leave to and for the baseline's trees.</summary>
internal sealed class Elsewhere : IDisposable
{
    private readonly DirectoryInfo _directory;

    public Elsewhere(string cgroupRoot)
    {
        _directory = Directory.CreateDirectory(Path.Combine(cgroupRoot, $"wfl-benchmarks-{Environment.ProcessId}"));
        string inner = Path.Combine(_directory.FullName, "walkers");
        Directory.CreateDirectory(inner);
        ProcessesFile = Path.Combine(inner, "cgroup.procs");
    }

    public string ProcessesFile { get; }

    /// <summary>A path for a cgroup that does not exist yet.</summary>
    public string NewCgroup() => Path.Combine(_directory.FullName, Guid.NewGuid().ToString("N"));

    public void Dispose()
    {
        foreach (DirectoryInfo inner in _directory.EnumerateDirectories())
        {
            Directory.Delete(inner.FullName);
        }

        Directory.Delete(_directory.FullName);
    }
}
