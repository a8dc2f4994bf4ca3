namespace WorkflowLifecycle.EndToEnd.Tests.Environments;

/// <summary>A cgroup in which everything of a test starts: by it nothing is lost, whatever namespaces hide.</summary>
internal sealed class TestCgroup : IAsyncDisposable
{
    private static int _count;

    public TestCgroup()
    {
        Mount = File.ReadLines("/proc/self/mountinfo").Select(line => line.Split(' ')).First(fields => fields.Contains("cgroup2"))[4];
        Name = $"environment-{Environment.ProcessId}-{Interlocked.Increment(ref _count)}";
        Path = System.IO.Path.Combine(Mount, Name);
        Directory.CreateDirectory(Path);
    }

    public static bool CanBeMade =>
        Environment.UserName == "root" && File.ReadLines("/proc/self/mountinfo").Any(line => line.Contains(" - cgroup2 ", StringComparison.Ordinal));

    public string Mount { get; }

    public string Name { get; }

    public string Path { get; }

    public bool IsEmpty => File.ReadAllText(System.IO.Path.Combine(Path, "cgroup.events")).Contains("populated 0", StringComparison.Ordinal);

    public async ValueTask DisposeAsync()
    {
        if (!IsEmpty)
        {
            await File.WriteAllTextAsync(System.IO.Path.Combine(Path, "cgroup.kill"), "1");
        }

        await Wait.UntilAsync("the test's cgroup is removed", () =>
        {
            foreach (string directory in Directory.GetDirectories(Path, "*", SearchOption.AllDirectories).OrderByDescending(path => path.Length).Append(Path))
            {
                TryRemove(directory);
            }

            return !Directory.Exists(Path);
        });
    }

    private static void TryRemove(string directory)
    {
        try
        {
            Directory.Delete(directory);
        }
        catch (IOException)
        {
            // Still populated: asked again.
            return;
        }
    }
}
