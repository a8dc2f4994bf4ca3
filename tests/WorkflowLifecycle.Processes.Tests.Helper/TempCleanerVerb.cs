namespace WorkflowLifecycle.Processes.Tests.Helper;

/// <summary>The temp directory of a run, as a host of this user makes and removes it.</summary>
internal static class TempCleanerVerb
{
    public static async Task<int> RunAsync(string directory)
    {
        IResourceProvider cleaner = TempCleaner.Create(new TempCleanerOptions { Directory = directory }, TimeProvider.System);
        string internalId = Guid.NewGuid().ToString("N");
        RunRecord run = new()
        {
            RunId = RunId.Parse("run_" + internalId[..12]),
            InternalId = internalId,
            State = RunState.Exited,
            LaunchedBy = "host:tests",
            Program = "/bin/true",
            WorkingDirectory = "/",
            Host = new ProcessIdentity { HostId = "here", BootId = "boot", Pid = 1, StartTicks = 1 },
            CreatedAt = default,
        };
        ProvidedResources provided = await cleaner.ProvideAsync(new ProvisionContext { Run = run, Request = new LaunchRequest("true") });
        string path = provided.Environment["TMPDIR"];
        bool isMade = Directory.Exists(path);
        await File.WriteAllTextAsync(Path.Combine(path, "file"), "x");
        bool isUsed = File.Exists(Path.Combine(path, "file"));
        await cleaner.CleanAsync(provided.Resources[0], new CleanupContext { Run = run, Moment = CleanupMoment.AfterEnd });
        Console.WriteLine($"made {isMade}, used {isUsed}, gone {!Path.Exists(path)}");
        return 0;
    }
}
