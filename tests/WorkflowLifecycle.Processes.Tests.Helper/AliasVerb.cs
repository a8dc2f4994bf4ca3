using System.Diagnostics;
using WorkflowLifecycle.Processes.Linux.Cleaning.Files;
using WorkflowLifecycle.Processes.Linux.Deleting;

namespace WorkflowLifecycle.Processes.Tests.Helper;

/// <summary>Directories that bind mounts give a second path, and whether they may be deleted by it; to be run in a mount namespace of its own.</summary>
internal static class AliasVerb
{
    public static int Run(string place)
    {
        string real = Directory.CreateDirectory(Path.Combine(place, "real")).FullName;
        string alias = Directory.CreateDirectory(Path.Combine(place, "alias")).FullName;
        string usr = Directory.CreateDirectory(Path.Combine(place, "usr")).FullName;
        string used = Directory.CreateDirectory(Path.Combine(real, "work", "of another")).FullName;
        string whole = Directory.CreateDirectory(Path.Combine(real, "state", "run")).Parent!.FullName;
        Directory.CreateDirectory(Path.Combine(real, "free"));
        Bind(real, alias);
        Bind("/usr", usr);
        OccupiedPlace[] occupied = [new(used, "of another"), new(whole, "the state") { IsWhole = true }];
        foreach (string path in (string[])[Path.Combine(alias, "work"), Path.Combine(alias, "work", "of another"), Path.Combine(alias, "state", "run"), Path.Combine(alias, "free"), Path.Combine(usr, "share")])
        {
            using PinnedDirectory directory = PinnedDirectory.Open(path)!;
            Console.WriteLine($"{Path.GetRelativePath(place, path)}: {ProtectedPlaces.WhyNot(directory, occupied) ?? "free"}");
        }

        return 0;
    }

    private static void Bind(string from, string to)
    {
        using Process mount = Process.Start("mount", ["--bind", from, to]);
        mount.WaitForExit();
        if (mount.ExitCode != 0)
        {
            throw new InvalidOperationException($"mount --bind {from} {to}");
        }
    }
}
