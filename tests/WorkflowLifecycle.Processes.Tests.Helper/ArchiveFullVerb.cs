using System.Diagnostics;

namespace WorkflowLifecycle.Processes.Tests.Helper;

/// <summary>Archives a working directory onto a disk that is too small, and then onto one with room; in a mount namespace of its own.</summary>
internal static class ArchiveFullVerb
{
    private const int TooMuch = 2 * 1024 * 1024;

    public static async Task<int> RunAsync(string place)
    {
        string archives = Directory.CreateDirectory(Path.Combine(place, "archives")).FullName;
        Mount("-t", "tmpfs", "-o", "size=256k,mode=0700", "none", archives);
        string work = Directory.CreateDirectory(Path.Combine(place, "work")).FullName;
        byte[] noise = new byte[TooMuch];
        Random.Shared.NextBytes(noise);
        await File.WriteAllBytesAsync(Path.Combine(work, "noise"), noise);
        await File.WriteAllTextAsync(Path.Combine(work, "small"), "x");

        IResourceProvider cleaner = WorkDirectoryCleaner.Create(
            new WorkDirectoryCleanerOptions { ArchiveDirectory = archives }, static (_, _) => ValueTask.FromResult<IReadOnlyList<OccupiedPlace>>([]), TimeProvider.System);
        string internalId = Guid.NewGuid().ToString("N");
        RunRecord run = new()
        {
            RunId = RunId.Parse("run_" + internalId[..12]),
            InternalId = internalId,
            State = RunState.Exited,
            LaunchedBy = "host:tests",
            Program = "/bin/true",
            WorkingDirectory = work,
            Host = new ProcessIdentity { HostId = "here", BootId = "boot", Pid = 1, StartTicks = 1 },
            CreatedAt = default,
        };
        LaunchRequest request = new("true") { WorkingDirectory = work, WorkDirectory = WorkDirectoryPolicy.Archive };
        ProvidedResources provided = await cleaner.ProvideAsync(new ProvisionContext { Run = run, Request = request });
        CleanupContext context = new() { Run = run, Moment = CleanupMoment.AfterEnd };
        try
        {
            await cleaner.CleanAsync(provided.Resources[0], context);
        }
        catch (IOException full)
        {
            Console.WriteLine(full.Message.Contains("The directory stays", StringComparison.Ordinal) && full.Message.Contains("space", StringComparison.Ordinal) ? "stays: no space" : full.Message);
        }

        Console.WriteLine($"work {Directory.GetFiles(work).Length}, archives {Directory.GetFileSystemEntries(archives).Length}, exists {await cleaner.ExistsAsync(provided.Resources[0], context)}");
        Mount("-o", "remount,size=8m", archives);
        await cleaner.CleanAsync(provided.Resources[0], context);
        Console.WriteLine($"work {Directory.Exists(work)}, archives {Directory.GetFileSystemEntries(archives).Length}, exists {await cleaner.ExistsAsync(provided.Resources[0], context)}");
        return 0;
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
