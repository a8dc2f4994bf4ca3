using System.Globalization;

namespace WorkflowLifecycle.Shim.Tests.Harness;

/// <summary>A tree of processes that count in files as fast as they can: whoever stands still is seen not to count.</summary>
internal sealed class Counters(ShimUnderTest shim, string directory)
{
    public const int Count = 4;

    public static Task<Counters> LaunchAsync(bool cgroup, uint leaseMaxMs = 0, ShimOptions? options = null) =>
        LaunchAsync(directory => TestPrograms.Perl("counters", directory, "4"), cgroup, leaseMaxMs, options);

    /// <summary>Another program that counts in four files of the directory that it is given.</summary>
    public static async Task<Counters> LaunchAsync(Func<string, string[]> program, bool cgroup, uint leaseMaxMs = 0, ShimOptions? options = null)
    {
        string directory = Directory.CreateTempSubdirectory("shim-test-").FullName;
        Specification specification = Trees.Specification(program(directory), cgroup) with { FreezeLeaseMaxMs = leaseMaxMs };
        return new Counters(await Trees.LaunchAsync(specification, (options ?? new ShimOptions()) with { RunDirectory = directory }), directory);
    }

    public ShimUnderTest Shim => shim;

    /// <summary>What each has counted so far; the files are a dozen bytes that are replaced in one write.</summary>
    public string Read() => string.Join(' ', Enumerable.Range(1, Count).Select(number => File.ReadAllText(Path.Combine(directory, $"count.{number}"))));

    /// <summary>Nobody counts for a while.</summary>
    public async Task StandStillAsync()
    {
        string before = Read();
        await Task.Delay(60, TestContext.Current.CancellationToken);
        Assert.Equal(before, Read());
    }

    /// <summary>Everybody counts again.</summary>
    public async Task GoOnAsync(int timeoutMs = 5_000)
    {
        string[] before = Read().Split(' ');
        await ShimUnderTest.WaitForAsync(() => Read().Split(' ').Zip(before).All(pair => pair.First != pair.Second), "everybody to count", timeoutMs, Read);
    }

    /// <summary>The state of a process; 'X' when it is gone.</summary>
    public static char StateOf(int pid)
    {
        string stat = ReadIfThere($"/proc/{pid}/stat");
        return stat.Length == 0 ? 'X' : stat[stat.LastIndexOf(')') + 2];
    }

    /// <summary>The kernel lists children under the thread that forked them.</summary>
    public static List<int> Descendants(int pid)
    {
        List<int> found = [];
        foreach (string child in ThreadsOf(pid).SelectMany(thread => ReadIfThere(thread + "/children").Split(' ', StringSplitOptions.RemoveEmptyEntries)))
        {
            int number = int.Parse(child, CultureInfo.InvariantCulture);
            found.Add(number);
            found.AddRange(Descendants(number));
        }

        return found;
    }

    private static string[] ThreadsOf(int pid)
    {
        try
        {
            return Directory.GetDirectories($"/proc/{pid}/task");
        }
        catch (IOException)
        {
            // The process is gone.
            return [];
        }
    }

    private static string ReadIfThere(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            // The process is gone.
            return "";
        }
    }
}
