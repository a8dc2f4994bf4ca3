using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WorkflowLifecycle;
using WorkflowLifecycle.EndToEnd.Tests.Host;
using WorkflowLifecycle.Steps;

// A host of its own process, to be killed, stopped and raced by the tests: launch DIRECTORY RUN OPTIONS… -- PROGRAM ARGUMENTS…, trial and besiege as launch,
// kill DIRECTORY RUN OPTIONS…, serve DIRECTORY RUN OPTIONS… (a host that launches nothing: it starts, and is there), recover likewise, adopt DIRECTORY RUN token=TOKEN OPTIONS…,
// find DIRECTORY RUN text=TEXT, steps DIRECTORY RUN do=ACTIONS OPTIONS… -- PROGRAM ARGUMENTS…, soak DIRECTORY RUN count=N, or chaos DIRECTORY RUN seed=N.
// Or no host: hang, a program that does, and stacks PID, which looks at one.
// It speaks in lines on standard output and goes on until its standard input ends.
if (args is ["hang", ..])
{
    return HangingProgram.Run();
}

if (args is ["stacks", string pid])
{
    foreach (string line in await StackReading.ReadAsync(StackReading.ContextFor(int.Parse(pid, CultureInfo.InvariantCulture))))
    {
        Console.WriteLine("stack " + line);
    }

    return 0;
}

HostArguments arguments = HostArguments.Parse(args);
ServiceCollection services = new();
IWorkflowLifecycleBuilder builder = services.AddWorkflowLifecycle(arguments.Configure).UseSqliteStore(arguments.StoreFile);
if (arguments.Has("deadly"))
{
    builder.AddShutdownPhase<DeadlyPhase>();
}

if (arguments.Verb == "soak")
{
    Soak.AddCleaners(builder, arguments);
}

PlannedFailpoint failpoint = new(arguments);
services.AddSingleton<IFailpoints>(failpoint);
if (arguments.Verb == "steps")
{
    StepActions.Configure(builder, arguments);
}

arguments.PauseAtCommit(services);
await using ServiceProvider provider = services.BuildServiceProvider();
try
{
    await (arguments.Verb switch
    {
        "kill" => KillAsync(),
        "trial" => new EnvironmentTrial(provider, arguments).RunAsync(),
        "adopt" => AdoptAsync(),
        "find" => FindAsync(),
        "steps" => new StepActions(provider, arguments, failpoint).RunAsync(),
        "soak" => new Soak(provider, arguments).RunAsync(),
        "recover" => RecoverAsync(),
        "besiege" => new Siege(provider, arguments).RunAsync(),
        "serve" => ServeAsync(),
        "chaos" => new Chaos(provider, arguments).RunAsync(),
        _ => LaunchAsync(),
    });
    return 0;
}
catch (Exception exception) when (exception is WorkflowLifecycleException or ArgumentException)
{
    Console.WriteLine($"error {exception.GetType().Name} {exception.Message}");
    return 1;
}

async Task LaunchAsync()
{
    if (arguments.Number("count") is > 0 and int count)
    {
        for (int number = 0; number < count; number++)
        {
            await provider.GetRequiredService<ITrackedProcessLauncher>().LaunchAsync(arguments.Numbered(number));
        }

        Console.WriteLine("launched all");
        await Console.In.ReadToEndAsync();
        return;
    }

    ITrackedProcess process = await provider.GetRequiredService<ITrackedProcessLauncher>().LaunchAsync(arguments.Request);
    Console.WriteLine($"launched {process.Identity.Pid} {process.Strength}");
    if (arguments.Has("wait"))
    {
        RunResult result = await process.WaitForExitAsync();
        Console.WriteLine($"ended {result.State} {result.ExitCode} {result.ExitSignal} {result.StandardOutput.Trim()}");
        return;
    }

    await Console.In.ReadToEndAsync();
}

async Task KillAsync()
{
    if (arguments.Has("gun"))
    {
        // Warm, so that two of them come at the same time and not as the compiler lets them.
        await provider.GetRequiredService<IKillCoordinator>().PreviewAsync(arguments.RunId);
        Console.WriteLine("ready");
        await Console.In.ReadLineAsync();
    }

    KillReport report = await provider.GetRequiredService<IKillCoordinator>().KillAsync(arguments.RunId, arguments.KillRequest);
    Console.WriteLine($"report {report.Outcome} {report.KillId} {report.Mode} {report.Proof} {report.Strength} {report.DurationMs:0} {report.Message}");
}

async Task ServeAsync()
{
    List<IHostedService> services = [.. provider.GetServices<IHostedService>()];
    if (arguments.Has("gun"))
    {
        await provider.GetRequiredService<IProcessStore>().InitializeAsync();
        Console.WriteLine("ready");
        await Console.In.ReadLineAsync();
    }

    foreach (IHostedService service in services)
    {
        await service.StartAsync(CancellationToken.None);
    }

    Console.WriteLine("serving");
    await Console.In.ReadToEndAsync();
}

async Task RecoverAsync()
{
    IHostedService host = provider.GetServices<IHostedService>().Single();
    await host.StartAsync(CancellationToken.None);
    RunRecord? run = await provider.GetRequiredService<IProcessRegistry>().FindAsync(arguments.RunId);
    Console.WriteLine($"row {run?.State} {run?.Proof}");
    await Console.In.ReadToEndAsync();
    await host.StopAsync(CancellationToken.None);
}

async Task AdoptAsync()
{
    ITrackedProcessLauncher launcher = provider.GetRequiredService<ITrackedProcessLauncher>();
    AdoptCandidate candidate = await launcher.PreviewAdoptionAsync(arguments.Token);
    if (arguments.Has("gun"))
    {
        Console.WriteLine("ready");
        await Console.In.ReadLineAsync();
    }

    ITrackedProcess process = await launcher.AdoptAsync(candidate.Root, arguments.AdoptRequest);
    Console.WriteLine($"adopted {process.Identity.Pid} {process.Strength}");
    await Console.In.ReadToEndAsync();
}

async Task FindAsync()
{
    foreach (AdoptCandidate candidate in await provider.GetRequiredService<ITrackedProcessLauncher>().FindAdoptableAsync(arguments.Text))
    {
        Console.WriteLine($"found {candidate.Token}");
    }
}
