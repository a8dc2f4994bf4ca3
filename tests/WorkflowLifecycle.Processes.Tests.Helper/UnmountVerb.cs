using System.Diagnostics;
using WorkflowLifecycle.Processes.Linux.Cleaning.Files;
using WorkflowLifecycle.Processes.Linux.Deleting;

namespace WorkflowLifecycle.Processes.Tests.Helper;

/// <summary>Whether a directory counts as gone while its file system is covered or not mounted; to be run in a mount namespace of its own.</summary>
internal static class UnmountVerb
{
    public static int Run(string place)
    {
        Mount("mount", "-t", "tmpfs", "none", place);
        string path = Directory.CreateDirectory(Path.Combine(place, "a", "work")).FullName;
        RunResource resource;
        using (PinnedDirectory directory = PinnedDirectory.Open(path)!)
        {
            resource = new RunResource { Cleaner = CleanerNames.WorkDirectory, Name = path, Details = OwnedDirectory.Describe(directory) };
        }

        Tell("there", resource);
        Mount("mount", "-t", "tmpfs", "none", place);
        Tell("covered", resource);
        Directory.CreateDirectory(path);
        Tell("another", resource);
        Mount("umount", place);
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        Tell("gone", resource);
        Mount("umount", place);
        Tell("unmounted", resource);
        return 0;
    }

    private static void Tell(string when, RunResource resource)
    {
        try
        {
            Console.WriteLine($"{when}: {OwnedDirectory.Exists(resource)}");
        }
        catch (IOException exception)
        {
            Console.WriteLine($"{when}: {exception.Message}");
        }
    }

    private static void Mount(string program, params string[] arguments)
    {
        using Process process = Process.Start(program, arguments);
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}");
        }
    }
}
