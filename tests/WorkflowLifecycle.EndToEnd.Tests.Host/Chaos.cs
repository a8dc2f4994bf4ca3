using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace WorkflowLifecycle.EndToEnd.Tests.Host;

/// <summary>Launches mixed programs and ends whatever runs, its own and others', at random, until somebody ends this process.</summary>
internal sealed class Chaos(IServiceProvider provider, HostArguments arguments)
{
    private const int MostAtOnce = 4;
    private const int MostRuns = 12;

    private static readonly IReadOnlyList<string[]> Programs =
    [
        ["true"],
        ["sh", "-c", "sleep 0.3; exit 3"],
        ["sh", "-c", "sleep 60"],
        ["sh", "-c", "trap '' TERM; while :; do sleep 60; done"],
        ["sh", "-c", "sleep 60 & setsid sleep 60 & (sleep 60 & sleep 60) & wait"],
        ["sh", "-c", "trap 'sleep 0.2; exit 0' TERM; sleep 60 & wait"],
        ["sh", "-c", "sleep 60 & exit 0"],
        ["sh", "-c", "yes | head -c 100000; sleep 60"],
    ];

    private readonly Lock _lock = new();
    private readonly Random _random = new(arguments.Number("seed"));
    private int _launched;

    public async Task RunAsync()
    {
        foreach (IHostedService service in provider.GetServices<IHostedService>())
        {
            await TellAsync("start", () => service.StartAsync(CancellationToken.None));
        }

        Console.WriteLine("up");
        List<Task> under = [];
        while (true)
        {
            under.RemoveAll(task => task.IsCompleted);
            if (under.Count < MostAtOnce)
            {
                under.Add(ActAsync());
            }

            await Task.Delay(Next(20, 200));
        }
    }

    private async Task ActAsync()
    {
        IReadOnlyList<RunRecord> live = [];
        await TellAsync("looked", async () => live = (await provider.GetRequiredService<IProcessRegistry>().SearchAsync(new RunQuery())).Runs);
        if (live.Count < MostRuns && Next(5) < 3)
        {
            await TellAsync("launched", () => LaunchAsync(live));
        }
        else if (live.Count > 0)
        {
            RunId victim = live[Next(live.Count)].RunId;
            KillMode mode = Next(2) == 0 ? KillMode.Graceful : KillMode.Emergency;
            Task kill = TellAsync("killed", () => KillAsync(victim, mode));
            if (mode == KillMode.Graceful && Next(3) == 0)
            {
                await Task.Delay(Next(150));
                await TellAsync("escalated", () => KillAsync(victim, KillMode.Emergency));
            }

            await kill;
        }
    }

    private async Task LaunchAsync(IReadOnlyList<RunRecord> live)
    {
        string[] program = Programs[Next(Programs.Count)];
        LaunchRequest request = new(program[0], program[1..])
        {
            RunId = RunId.Parse($"{arguments.RunId.Value}-{Interlocked.Increment(ref _launched)}"),
            WorkingDirectory = arguments.Directory,
            OnHostExit = Next(2) == 0 ? OnHostExit.Keep : OnHostExit.Kill,
            Output = Next(2) == 0 ? OutputMode.Discard : OutputMode.Files,
            ParentRun = live.Count > 0 && Next(4) == 0 ? live[Next(live.Count)].RunId : null,
        };
        _ = await provider.GetRequiredService<ITrackedProcessLauncher>().LaunchAsync(request);
    }

    private Task<KillReport> KillAsync(RunId runId, KillMode mode)
    {
        KillRequest request = new("chaos", WorkflowPrincipal.LocalUser())
        {
            Mode = mode,
            GracePeriod = mode == KillMode.Graceful ? TimeSpan.FromMilliseconds(Next(100, 1500)) : null,
        };
        return provider.GetRequiredService<IKillCoordinator>().KillAsync(runId, request);
    }

    private int Next(int below) => Next(0, below);

    private int Next(int from, int below)
    {
        lock (_lock)
        {
            return _random.Next(from, below);
        }
    }

    // The store is away at times, and runs end under the hand: that is what this is about. Anything else is a fault.
    private static async Task TellAsync(string what, Func<Task> act)
    {
        try
        {
            await act();
            Console.WriteLine(what);
        }
        catch (WorkflowLifecycleException exception)
        {
            Console.WriteLine($"refused {what} {exception.GetType().Name}");
        }
        catch (Exception exception)
        {
            Console.WriteLine($"odd {what} {exception.ToString().ReplaceLineEndings(" ")}");
        }
    }
}
