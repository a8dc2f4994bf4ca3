using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace WorkflowLifecycle.EndToEnd.Tests.Host;

/// <summary>A host that does one thing after the other, <c>do=ACTION,ACTION…</c>, and dies over one of them where a failpoint is planned.</summary>
internal sealed class StepActions(IServiceProvider provider, HostArguments arguments, PlannedFailpoint failpoint)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    // What is done behind a caller's back is done by then.
    private static readonly TimeSpan LongestLife = TimeSpan.FromSeconds(12);

    private ITrackedProcess? _process;

    private IKillCoordinator Kills => provider.GetRequiredService<IKillCoordinator>();

    private IProcessRegistry Registry => provider.GetRequiredService<IProcessRegistry>();

    private ITrackedProcessLauncher Launcher => provider.GetRequiredService<ITrackedProcessLauncher>();

    public static void Configure(IWorkflowLifecycleBuilder builder, HostArguments arguments)
    {
        builder.AddTempCleaner(options => options.Directory = Path.Combine(arguments.Directory, "tmp"));
        if (arguments.Has("memory"))
        {
            builder.AddSharedMemoryCleaner();
        }

        if (arguments.Has("marker"))
        {
            builder.AddResourceCleaner(new MarkerCleaner(arguments.Directory, TimeSpan.FromMilliseconds(arguments.Number("delay"))));
        }
    }

    public async Task RunAsync()
    {
        foreach (string action in arguments.Value("do")!.Split(','))
        {
            try
            {
                await DoAsync(action);
                Console.WriteLine("did " + action);
            }
            catch (WorkflowLifecycleException exception)
            {
                Console.WriteLine($"failed {action} {exception.GetType().Name} {exception.Message}");
                break;
            }
        }

        if (failpoint.IsDeadly)
        {
            await Task.Delay(LongestLife, TimeProvider.System, CancellationToken.None);
        }
    }

    private Task DoAsync(string action) => action switch
    {
        "launch" => LaunchAsync(),
        "running" => UntilRunningAsync(),
        "wait" => _process!.WaitForExitAsync(),
        "emergency" => KillAsync(KillMode.Emergency),
        "graceful" => KillAsync(KillMode.Graceful),
        "escalate" => Task.WhenAll(KillAsync(KillMode.Graceful), LaterAsync(() => KillAsync(KillMode.Emergency))),
        "join" => Task.WhenAll(KillAsync(KillMode.Graceful), LaterAsync(() => KillAsync(KillMode.Graceful))),
        "gatekill" => Task.WhenAll(LaunchAsync(), KillAtTheGateAsync()),
        "deny" => Kills.KillAsync(arguments.RunId, new KillRequest("nobody asked me", WorkflowPrincipal.Host("somebody-else"))),
        "loseshim" => LoseTheShimAsync(),
        "show" => Registry.FindAsync(arguments.RunId),
        "inspect" => Registry.InspectAsync(arguments.RunId),
        "adopt" => AdoptAsync(),
        "debts" => RetryDebtsAsync(),
        "prune" => provider.GetRequiredService<IRunRetention>().ApplyAsync(new RetentionRequest { OlderThan = TimeSpan.FromTicks(1) }, WorkflowPrincipal.LocalUser()),
        _ => throw new ArgumentException(action),
    };

    private async Task LaunchAsync() => _process = await Launcher.LaunchAsync(arguments.Request);

    private async Task UntilRunningAsync()
    {
        while (await Registry.FindAsync(arguments.RunId) is { State.IsFinal: false } run && run.State != RunState.Running)
        {
            await Task.Delay(Interval, TimeProvider.System, CancellationToken.None);
        }
    }

    private async Task KillAsync(KillMode mode)
    {
        KillReport report = await Kills.KillAsync(arguments.RunId, arguments.KillRequest with { Mode = mode, CaptureEvidence = mode == KillMode.Graceful });
        Console.WriteLine($"report {report.Outcome} {report.KillId}");
    }

    // After the other one's intent, and before its end.
    private static async Task LaterAsync(Func<Task> work)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, CancellationToken.None);
        await work();
    }

    private async Task KillAtTheGateAsync()
    {
        while (await Registry.FindAsync(arguments.RunId) is not { Containment: not null })
        {
            await Task.Delay(Interval, TimeProvider.System, CancellationToken.None);
        }

        await KillAsync(KillMode.Emergency);
    }

    // What a host claimed that died over it is free again only after a while.
    private async Task RetryDebtsAsync()
    {
        while ((await provider.GetRequiredService<ICleanupDebts>().RetryAsync(new DebtQuery(), WorkflowPrincipal.LocalUser())).Any(retry => retry.Outcome == DebtRetryOutcome.InProgress))
        {
            await Task.Delay(Interval * 20, TimeProvider.System, CancellationToken.None);
        }
    }

    private async Task LoseTheShimAsync()
    {
        using Process shim = Process.GetProcessById((await Registry.FindAsync(arguments.RunId))!.Containment!.Shim!.Pid);
        shim.Kill();
    }

    private async Task AdoptAsync()
    {
        AdoptCandidate candidate = await Launcher.PreviewAdoptionAsync(arguments.Token);
        _process = await Launcher.AdoptAsync(candidate.Root, arguments.AdoptRequest);
    }
}
