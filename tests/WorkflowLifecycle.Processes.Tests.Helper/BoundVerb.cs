using System.Diagnostics;
using WorkflowLifecycle.Processes.Linux.Deleting;

namespace WorkflowLifecycle.Processes.Tests.Helper;

/// <summary>
/// Removes directories, one after another, while a second process mounts one that is not to be touched on them or in them and takes it off again, as fast
/// as it can; to be run in a mount namespace of its own.
/// </summary>
internal static class BoundVerb
{
    private const int Tries = 1_000;
    private const int Files = 4;

    /// <param name="place">Where all of it is.</param>
    /// <param name="how">By whom it is removed.</param>
    /// <param name="where">What is mounted on, below the directory that holds the one that is removed.</param>
    public static async Task<int> RunAsync(string place, string how, string where)
    {
        // The same below it, so that each of them leads to a directory that can be mistaken for the right one.
        string outside = Path.Combine(place, "outside");
        Fill(Path.Combine(outside, "base", "d"));
        using Process attacker = Numbers.Start(Environment.ProcessPath!, "bind");
        Expect("ready", await attacker.StandardOutput.ReadLineAsync());
        (int tries, int gone, int refused) = (0, 0, 0);
        while (tries < Tries && Lost(outside) == 0)
        {
            string parent = Path.Combine(place, $"{tries++}");
            string path = Path.Combine(parent, "base");
            Fill(Path.Combine(path, "d"));
            Func<Task> remove = await PrepareAsync(path, outside, how);
            await attacker.StandardInput.WriteLineAsync(Path.Combine(parent, where).TrimEnd('/') + "\t" + Path.Combine(outside, where).TrimEnd('/'));
            Expect("at it", await attacker.StandardOutput.ReadLineAsync());
            try
            {
                await remove();
            }
            catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException)
            {
                refused++;
            }

            gone += Directory.Exists(Path.Combine(parent, "base")) ? 0 : 1;
        }

        await attacker.StandardInput.WriteLineAsync("end");
        string? mounts = await attacker.StandardOutput.ReadLineAsync();
        await attacker.WaitForExitAsync();
        Console.WriteLine($"{tries} {mounts} {gone} {refused} {Lost(outside)}");
        return 0;
    }

    private static async Task<Func<Task>> PrepareAsync(string path, string outside, string how)
    {
        switch (how)
        {
            case "naive":
                return () =>
                {
                    Directory.Delete(path, recursive: true);
                    return Task.CompletedTask;
                };

            case "cleaner":
                IResourceProvider cleaner = WorkDirectoryCleaner.Create(
                    new WorkDirectoryCleanerOptions(), (_, _) => ValueTask.FromResult<IReadOnlyList<OccupiedPlace>>([new(Path.Combine(outside, "base"), "of another run")]), TimeProvider.System);
                RunRecord run = Record(path);
                LaunchRequest request = new("true") { WorkingDirectory = path, WorkDirectory = WorkDirectoryPolicy.Delete };
                RunResource resource = (await cleaner.ProvideAsync(new ProvisionContext { Run = run, Request = request })).Resources[0];
                return () => cleaner.CleanAsync(resource, new CleanupContext { Run = run, Moment = CleanupMoment.AfterEnd }).AsTask();

            default:
                WalkLimits limits = new() { WithKernelChecks = how == "kernel" };
                PinnedDirectory place = PinnedDirectory.Open(path)!;
                return () =>
                {
                    using (place)
                    {
                        RemovalResult result = TreeRemover.Remove(place, static _ => { }, TimeProvider.System, limits);
                        return result.IsGone ? Task.CompletedTask : throw new IOException(result.Why);
                    }
                };
        }
    }

    private static RunRecord Record(string path) => new()
    {
        RunId = RunId.New(),
        InternalId = Guid.NewGuid().ToString("N"),
        State = RunState.Exited,
        LaunchedBy = "host:tests",
        Program = "true",
        WorkingDirectory = path,
        Host = new ProcessIdentity { HostId = "here", BootId = "this", Pid = 1, StartTicks = 1 },
        CreatedAt = TimeProvider.System.GetUtcNow(),
    };

    private static int Lost(string outside) => Directory.Exists(Path.Combine(outside, "base", "d")) ? Files - Directory.GetFiles(Path.Combine(outside, "base", "d")).Length : Files;

    private static void Fill(string directory)
    {
        Directory.CreateDirectory(directory);
        for (int i = 0; i < Files; i++)
        {
            File.WriteAllText(Path.Combine(directory, $"f{i}"), string.Empty);
        }
    }

    private static void Expect(string wanted, string? line)
    {
        if (line != wanted)
        {
            throw new InvalidOperationException($"'{line}' is not '{wanted}'.");
        }
    }
}
