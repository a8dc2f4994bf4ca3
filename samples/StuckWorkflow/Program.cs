using Microsoft.Extensions.DependencyInjection;
using WorkflowLifecycle;

// A scratch store, so that the sample leaves nothing behind. A host names a file that stays.
DirectoryInfo scratch = Directory.CreateTempSubdirectory("wfl-sample-");
try
{
    ServiceCollection services = new();
    services.AddWorkflowLifecycle().UseSqliteStore(Path.Combine(scratch.FullName, "workflows.db"));
    await using ServiceProvider provider = services.BuildServiceProvider();
    ITrackedProcessLauncher launcher = provider.GetRequiredService<ITrackedProcessLauncher>();
    IProcessRegistry registry = provider.GetRequiredService<IProcessRegistry>();
    IKillCoordinator kills = provider.GetRequiredService<IKillCoordinator>();

    string agent = Path.Combine(AppContext.BaseDirectory, "stuck-agent.sh");
    await using ITrackedProcess run = await launcher.LaunchAsync(new("/bin/sh", agent) { Workflow = "builder" });
    Console.WriteLine($"launched   {run.RunId}, pid {run.Identity.Pid}, held at strength {run.Strength}");
    await foreach (OutputLine line in run.ReadOutputLinesAsync())
    {
        Console.WriteLine($"it says    {line.Text}");
        break;
    }

    // The helpers need a moment to hide. A person would notice after 40 minutes; here a second has to do.
    await Task.Delay(TimeSpan.FromSeconds(1));
    RunRecord row = await registry.FindAsync(run.RunId) ?? throw new InvalidOperationException("the run is not in its store");
    Console.WriteLine($"tracked    state {row.State}, cgroup {row.Containment?.CgroupPath ?? "none"}");
    foreach (ProcessSnapshot process in await registry.InspectAsync(run.RunId))
    {
        Console.WriteLine($"           pid {process.Pid,-8} parent {process.ParentPid,-8} {process.State} {process.CommandLine} (belongs: {process.BelongsBecause})");
    }

    KillRequest request = new("stuck in initialization", WorkflowPrincipal.LocalUser()) { GracePeriod = TimeSpan.FromSeconds(1) };
    Console.WriteLine("killing    graceful first: SIGTERM, one second of grace, then SIGKILL");
    KillReport report = await kills.KillAsync(run.RunId, request);

    Console.WriteLine($"outcome    {report.Outcome}, proof {report.Proof}, {report.DurationMs:0} ms, {report.ProcessesBefore.Count} processes before, {report.Survivors.Count} survivors");
    foreach (KillStep step in report.Steps)
    {
        Console.WriteLine($"  step     {step.Name,-10} {step.DurationMs,8:0.0} ms  {step.Outcome}");
    }

    foreach (CleanupResult line in report.Cleanup)
    {
        Console.WriteLine($"  receipt  {line.Cleaner,-14} found {line.Found.Count}, cleaned {line.Cleaned.Count}, remaining {line.Remaining.Count}: {line.Outcome}");
    }

    RunResult end = await run.WaitForExitAsync();
    Console.WriteLine($"recorded   {end.State}, ended by {end.KillId}");
    return report.Outcome == KillOutcome.Killed && report.Survivors.Count == 0 ? 0 : 1;
}
finally
{
    scratch.Delete(recursive: true);
}
