namespace WorkflowLifecycle.Processes.Tests.Cleaning;

/// <summary>Rows of runs, as far as cleaners of files read them.</summary>
internal static class FileRuns
{
    public static RunRecord Run(string workingDirectory = "/")
    {
        string internalId = Guid.NewGuid().ToString("N");
        return new RunRecord
        {
            RunId = RunId.Parse("run_" + internalId[..12]),
            InternalId = internalId,
            State = RunState.Exited,
            LaunchedBy = "host:tests",
            Program = "/bin/true",
            WorkingDirectory = workingDirectory,
            Host = new ProcessIdentity { HostId = "here", BootId = "boot", Pid = 1, StartTicks = 1 },
            CreatedAt = default,
        };
    }

    public static CleanupContext Over(RunRecord run) => new() { Run = run, Moment = CleanupMoment.AfterEnd };

    /// <summary>Has a provider make what it makes for a launch, and returns the run with it.</summary>
    public static async Task<(RunRecord Run, ProvidedResources Provided)> ProvideAsync(IResourceProvider provider, RunRecord run, LaunchRequest? request = null)
    {
        ProvidedResources provided = await provider.ProvideAsync(new ProvisionContext { Run = run, Request = request ?? new LaunchRequest("true") }, TestContext.Current.CancellationToken);
        return (run with { Resources = provided.Resources }, provided);
    }

    public static async Task<string> RefusalAsync(IResourceProvider provider, string? workingDirectory, WorkDirectoryPolicy policy = WorkDirectoryPolicy.Delete)
    {
        LaunchRequest request = new("true") { WorkingDirectory = workingDirectory, WorkDirectory = policy };
        IOException refusal = await Assert.ThrowsAsync<IOException>(() => ProvideAsync(provider, Run(workingDirectory ?? Environment.CurrentDirectory), request));
        return refusal.Message;
    }
}
