using System.Diagnostics;
using WorkflowLifecycle.Processes.Linux.Deleting;

namespace WorkflowLifecycle.Processes.Tests.Helper;

/// <summary>Removes a directory in which others are mounted; to be run in a mount namespace of its own.</summary>
internal static class MountsVerb
{
    public static int Run(string place, string how)
    {
        string outside = Directory.CreateDirectory(Path.Combine(place, "outside")).FullName;
        File.WriteAllText(Path.Combine(outside, "kept"), "x");
        string root = Path.Combine(place, "base");
        Directory.CreateDirectory(Path.Combine(root, "a", "bound"));
        Directory.CreateDirectory(Path.Combine(root, "tmpfs"));
        File.WriteAllText(Path.Combine(root, "a", "file"), "x");
        File.WriteAllText(Path.Combine(root, "bound-file"), "x");
        Mount("--bind", outside, Path.Combine(root, "a", "bound"));
        if (how == "naive")
        {
            try
            {
                Directory.Delete(root, recursive: true);
            }
            catch (IOException busy)
            {
                Console.WriteLine(busy.Message);
            }

            return 0;
        }

        Mount("--bind", Path.Combine(outside, "kept"), Path.Combine(root, "bound-file"));
        Mount("-t", "tmpfs", "none", Path.Combine(root, "tmpfs"));
        File.WriteAllText(Path.Combine(root, "tmpfs", "inside"), "x");
        WalkLimits limits = new() { WithKernelChecks = how == "kernel" };
        RemovalResult result = Remove(root, limits);
        Console.WriteLine($"remaining {result.Remaining}");
        Console.WriteLine(result.Why.Replace(';', '\n'));
        Console.WriteLine("base left: " + string.Join(' ', Directory.GetFileSystemEntries(root, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(root, path)).Order(StringComparer.Ordinal)));

        Mount("--bind", outside, root);
        Console.WriteLine($"base itself: remaining {Remove(root, limits).Remaining}");
        return 0;
    }

    private static RemovalResult Remove(string root, WalkLimits limits)
    {
        using PinnedDirectory directory = PinnedDirectory.Open(root)!;
        return TreeRemover.Remove(directory, static _ => { }, TimeProvider.System, limits);
    }

    private static void Mount(params string[] arguments)
    {
        using Process mount = Process.Start("mount", arguments);
        mount.WaitForExit();
        if (mount.ExitCode != 0)
        {
            throw new InvalidOperationException("mount " + string.Join(' ', arguments));
        }
    }
}
