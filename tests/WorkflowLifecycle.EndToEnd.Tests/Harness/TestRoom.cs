namespace WorkflowLifecycle.EndToEnd.Tests;

/// <summary>A directory of a test's own, in which its store and its runtime directory are, and where its programs stand: by that they are found.</summary>
internal sealed class TestRoom
{
    private static int _count;

    public TestRoom()
    {
        Path = System.IO.Path.Combine(Suite.Root, Interlocked.Increment(ref _count).ToString(System.Globalization.CultureInfo.InvariantCulture));
        Directory.CreateDirectory(Path);
    }

    public string Path { get; }

    public string StoreFile => File("runs.db");

    public string RuntimeDirectory => File("run");

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Everything of the test that is still there, by name. Ends processes that it finds, so that one failed test does not disturb the next.</summary>
    public async Task<IReadOnlyList<string>> CleanAsync(IEnumerable<RunRecord> rows)
    {
        IReadOnlyList<ProcessEntry> left = [];
        await Wait.TryUntilAsync(() => (left = ProcessEntry.StandingIn(Path)).Count == 0, TimeSpan.FromSeconds(5));
        List<string> found = [.. left.Select(process => "process " + process)];
        foreach (ProcessEntry process in left)
        {
            Signals.Send("KILL", process.Pid);
        }

        found.AddRange(rows.Select(row => row.Containment?.CgroupPath).OfType<string>().Where(Directory.Exists).Select(path => "cgroup " + path));
        string runs = System.IO.Path.Combine(RuntimeDirectory, "r");
        if (Directory.Exists(runs))
        {
            string[] kept = ["stdout.log", "stderr.log", "stdout.log.1", "stderr.log.1"];
            found.AddRange(Directory.EnumerateFiles(runs, "*", SearchOption.AllDirectories)
                .Where(file => !kept.Contains(System.IO.Path.GetFileName(file), StringComparer.Ordinal)).Select(file => "file " + file));
            found.AddRange(Directory.EnumerateDirectories(runs)
                .Where(directory => !Directory.EnumerateFileSystemEntries(directory).Any()).Select(directory => "directory " + directory));
        }

        Directory.Delete(Path, recursive: true);
        return found;
    }
}
