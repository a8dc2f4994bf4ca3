using System.Globalization;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

[assembly: AssemblyFixture(typeof(WorkflowLifecycle.EndToEnd.Tests.Suite))]
[assembly: Parallelization(Mode = ParallelMode.None)]

namespace WorkflowLifecycle.EndToEnd.Tests;

/// <summary>What all tests share: a directory above theirs, and the proof that in the end nothing of theirs is left.</summary>
public sealed class Suite : IAsyncLifetime
{
    private string[] _cgroupsBefore = [];

    // Short: paths of sockets have at most 107 bytes.
    internal static string Root { get; } = "/tmp/wfl-" + Environment.ProcessId.ToString(CultureInfo.InvariantCulture);

    private static IEnumerable<string> Cgroups =>
        File.ReadLines("/proc/self/mountinfo").Select(line => line.Split(' ')).Where(fields => fields.Contains("cgroup2"))
            .SelectMany(fields => Directory.EnumerateDirectories(fields[4], "wfl-*"));

    public ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Root);
        _cgroupsBefore = [.. Cgroups];
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await Wait.TryUntilAsync(() => ProcessEntry.StandingIn(Root).Count == 0 && !Cgroups.Except(_cgroupsBefore).Any(), TimeSpan.FromSeconds(10));
        List<string> left = [];
        foreach (ProcessEntry process in ProcessEntry.StandingIn(Root))
        {
            left.Add("process " + process);
            Signals.Send("KILL", process.Pid);
        }

        // Other builds of this repository may run beside us: a cgroup counts when a process of ours could have made it and nobody is in it.
        left.AddRange(Cgroups.Except(_cgroupsBefore).Where(path => Made.Contains(Path.GetFileName(path))).Select(path => "cgroup " + path));
        left.AddRange(Directory.EnumerateFileSystemEntries(Root).Select(path => "entry " + path));
        Directory.Delete(Root, recursive: true);
        Assert.True(left.Count == 0, "The suite left behind:\n" + string.Join('\n', left));
    }

    /// <summary>The names of the cgroups that runs of this suite had.</summary>
    internal static System.Collections.Concurrent.ConcurrentBag<string> Made { get; } = [];
}
