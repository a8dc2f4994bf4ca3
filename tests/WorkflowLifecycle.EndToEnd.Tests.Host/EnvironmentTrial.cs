using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

namespace WorkflowLifecycle.EndToEnd.Tests.Host;

/// <summary>What an environment allows: the doctor's report, a launch that demands the best strength, one that does not, and its end.</summary>
internal sealed class EnvironmentTrial(IServiceProvider provider, HostArguments arguments)
{
    public async Task RunAsync()
    {
        EnvironmentReport doctor = await provider.GetRequiredService<IEnvironmentDoctor>().ExamineAsync();
        Console.WriteLine("doctor " + JsonSerializer.Serialize(doctor));
        Console.WriteLine("keep " + await TryKeepAsync());
        await using ITrackedProcess process = await LaunchAsync();
        await foreach (OutputLine line in process.ReadOutputLinesAsync())
        {
            if (line.Text == "ready")
            {
                break;
            }
        }

        Console.WriteLine($"ready {process.Strength}");
        await Console.In.ReadLineAsync();
        KillReport report = await provider.GetRequiredService<IKillCoordinator>().KillAsync(arguments.RunId, arguments.KillRequest);
        Console.WriteLine("report " + JsonSerializer.Serialize(report));
        RunResult result = await process.WaitForExitAsync();
        Console.WriteLine($"ended {result.State} {result.ExitSignal}");
    }

    private async Task<ITrackedProcess> LaunchAsync()
    {
        ITrackedProcessLauncher launcher = provider.GetRequiredService<ITrackedProcessLauncher>();
        try
        {
            ITrackedProcess held = await launcher.LaunchAsync(arguments.Request with { MinimumStrength = ContainmentStrength.CgroupAndReaper });
            Console.WriteLine("minimum met");
            return held;
        }
        catch (LaunchFailedException exception) when (exception.Stage == LaunchStage.Containment)
        {
            Console.WriteLine("minimum " + exception.Message);
            return await launcher.LaunchAsync(arguments.Request);
        }
    }

    private async Task<string> TryKeepAsync()
    {
        LaunchRequest request = arguments.Request with { RunId = RunId.New(), OnHostExit = OnHostExit.Keep, Output = OutputMode.Discard };
        try
        {
            await using ITrackedProcess process = await provider.GetRequiredService<ITrackedProcessLauncher>().LaunchAsync(request);
            await provider.GetRequiredService<IKillCoordinator>().KillAsync(process.RunId, arguments.KillRequest);
            return "allowed";
        }
        catch (WorkflowLifecycleException exception)
        {
            return $"{exception.GetType().Name} {exception.Message}";
        }
    }
}
