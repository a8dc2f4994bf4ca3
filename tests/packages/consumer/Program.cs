using Microsoft.Extensions.DependencyInjection;
using WorkflowLifecycle;

string store = args[0];
string stuck = args[1];

ServiceCollection services = new();
services.AddWorkflowLifecycle().UseSqliteStore(store).AddManagedStacks();
await using ServiceProvider provider = services.BuildServiceProvider();

ITrackedProcessLauncher launcher = provider.GetRequiredService<ITrackedProcessLauncher>();
IKillCoordinator kills = provider.GetRequiredService<IKillCoordinator>();
IProcessRegistry registry = provider.GetRequiredService<IProcessRegistry>();

RunResult hello = await launcher.RunAsync(new LaunchRequest("/bin/sh", "-c", "echo hello; exit 7"));
Check(hello.ExitCode == 7 && hello.StandardOutput.Trim() == "hello", $"ran to its end: {hello.ExitCode}, '{hello.StandardOutput.Trim()}'");

await using ITrackedProcess run = await launcher.LaunchAsync(new LaunchRequest("/bin/sh", stuck) { Workflow = "package-test" });
await foreach (OutputLine line in run.ReadOutputLinesAsync())
{
    if (line.Text == "ready")
    {
        break;
    }
}

KillReport report = await kills.KillAsync(run.RunId, new KillRequest("end of the package test", WorkflowPrincipal.LocalUser()) { Mode = KillMode.Emergency });
Check(report.Outcome == KillOutcome.Killed, $"outcome {report.Outcome} at {report.Strength}, proof {report.Proof}, {report.DurationMs:F1} ms");
Check(report.Survivors.Count == 0 && report.Proof != EndProof.None, $"{report.Survivors.Count} survivors of {report.ProcessesBefore.Count}");

RunRecord? row = await registry.FindAsync(run.RunId);
Check(row?.State == RunState.Killed, $"row {row?.State}");
return 0;

static void Check(bool holds, string what)
{
    Console.WriteLine((holds ? "holds: " : "does not hold: ") + what);
    if (!holds)
    {
        Environment.Exit(1);
    }
}
