using System.Globalization;
using WorkflowLifecycle.Processes.Linux.Cgroups;
using WorkflowLifecycle.Processes.Linux.Launching;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Launching;

/// <summary>A host that is killed while it probes leaves a cgroup and a directory that no row names.</summary>
public sealed class ProbeTracesTests
{
    private static readonly DateTime _longAgo = DateTime.UnixEpoch.AddYears(50);

    [Fact]
    public void ClearDirectories_OfAProbe_TakesTheOldOneAndNothingElse()
    {
        using TemporaryDirectory runs = new();
        string dead = Make(Path.Combine(runs.Path, ProbeTraces.NewId()), _longAgo);
        string young = Make(Path.Combine(runs.Path, ProbeTraces.NewId()), null);
        string run = Make(Path.Combine(runs.Path, "1" + Guid.NewGuid().ToString("N")[1..]), _longAgo);

        ProbeTraces.ClearDirectories(runs.Path);

        Assert.Equal((false, true, true), (Directory.Exists(dead), Directory.Exists(young), Directory.Exists(run)));
    }

    [Fact(Timeout = 30_000)]
    public void ClearCgroups_OfAProbe_TakesTheEmptyOldOneAndNothingElse()
    {
        string root = CgroupPlace.Require();
        Child member = Child.Sleeping();
        string[] made = [.. Enumerable.Range(0, 3).Select(_ => Path.Combine(root, RunCgroup.NameOf(ProbeTraces.NewId())))];
        (string dead, string young, string inhabited) = (Make(made[0], _longAgo), Make(made[1], null), Make(made[2], null));
        try
        {
            File.WriteAllText(Path.Combine(inhabited, "cgroup.procs"), member.Pid.ToString(CultureInfo.InvariantCulture));
            Directory.SetLastWriteTimeUtc(inhabited, _longAgo);

            ProbeTraces.ClearCgroups(root);

            Assert.Equal((false, true, true), (Directory.Exists(dead), Directory.Exists(young), Directory.Exists(inhabited)));
        }
        finally
        {
            member.Dispose();
            foreach (string path in made.Where(Directory.Exists))
            {
                Directory.Delete(path);
            }
        }
    }

    private static string Make(string path, DateTime? written)
    {
        DirectoryInfo directory = Directory.CreateDirectory(path);
        if (written is { } time)
        {
            directory.LastWriteTimeUtc = time;
        }

        return path;
    }
}
