using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Claims;

namespace WorkflowLifecycle.Tests.Model;

/// <summary>One machine, one store, and the hosts that come and go on it.</summary>
internal sealed class World : IDisposable
{
    private const int MostHosts = 2;

    // Everything that is begun is over by then: the longest wait of the engine is that of a graceful kill for the lock of another.
    private const int MostSeconds = 150;

    // Many times what a sequence takes.
    private const int MostTurns = 20_000;

    // Between two steps that follow at once.
    private const int MostTurnsBetween = 6;

    // The shortest interval in which the engine looks for anything.
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TimeToStop = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan CommandLimit = TimeSpan.FromSeconds(2);
    private static readonly int[] Pauses = [20, 20, 100, 260, 520, 1000, 2500, 6000];

    private readonly string _directory = Rooms.Next();
    private readonly Lock _lock = new();
    private readonly List<SimulatedHost> _processes = [];
    private readonly List<SimulatedHost> _dead = [];
    private readonly Rest _rest;
    private int _launched;
    private int _turns;

    public World(int order, Rest rest)
    {
        _rest = rest;
        Turns = new Turns(order);
        Directory.CreateDirectory(_directory);
        Store = new SimulatedStore(_directory);
        Machine = new SimulatedMachine(_directory, Store) { Tell = Tell };
        Promises = new Promises(this);
        Store.OnCommitted = Promises.OnCommitted;
        Start("a");
    }

    public static ClaimsPrincipal Owner { get; } = new(new ClaimsIdentity([new Claim("sub", "owner")], "test"));

    public static ClaimsPrincipal Stranger { get; } = new(new ClaimsIdentity([new Claim("sub", "stranger")], "test"));

    public Turns Turns { get; }

    public SimulatedStore Store { get; }

    public SimulatedMachine Machine { get; }

    public Promises Promises { get; }

    public List<Ask> Asks { get; } = [];

    /// <summary>What happened, in words, for whoever reads a failure.</summary>
    public ConcurrentQueue<string> History { get; } = new();

    /// <summary>Those that live, without commands.</summary>
    public IReadOnlyList<SimulatedHost> Hosts => [.. Processes.Where(static process => !process.IsCommand)];

    private IReadOnlyList<SimulatedHost> Processes
    {
        get
        {
            lock (_lock)
            {
                return [.. _processes];
            }
        }
    }

    /// <summary>Plays the steps, lets everything come to its end, and holds it against the promises: with the hosts that are left, and with new ones.</summary>
    /// <returns>Null when they were kept; else which was not.</returns>
    public string? Play(IReadOnlyList<Step> steps)
    {
        Settle();
        foreach (Step step in steps)
        {
            Tell(step.ToString());
            Take(step);
            Settle(step.Settles ? int.MaxValue : Turns.Choose(MostTurnsBetween));
        }

        Store.Break(StoreFault.None);
        Machine.CleaningFails = false;
        foreach (SimulatedHost host in Processes)
        {
            host.Life.LiveOn();
        }

        // Whose host is dead is settled by whatever starts next; here that is a command.
        Quiesce(withCommands: true);
        if (Promises.Explain() is { } broken)
        {
            return broken;
        }

        Die();
        Start("a");
        Start("b");
        Quiesce(withCommands: false);
        return Promises.Explain();
    }

    public void Tell(string what) => History.Enqueue($"{Machine.Now:mm:ss.fff} {what}");

    public bool IsAlive(ProcessIdentity identity) => Processes.Any(process => process.Self == identity);

    /// <summary>What the machine does when a host dies.</summary>
    public void Bury(SimulatedHost host)
    {
        lock (_lock)
        {
            _processes.Remove(host);
            _dead.Add(host);
        }

        Tell($"{host.Name}{host.Self.Pid} is dead");
        Machine.OnDeath(host);
    }

    public void Dispose()
    {
        Die();
        Settle();
        foreach (SimulatedHost host in _dead)
        {
            host.Reclaim();
        }

        Rooms.Delete(_directory);
    }

    private void Take(Step step)
    {
        IReadOnlyList<SimulatedHost> hosts = Hosts;
        SimulatedHost? host = hosts.Count == 0 ? null : hosts[step.Host % hosts.Count];
        RunId? run = _launched == 0 ? null : Run(step.Run % _launched);
        SimulatedTree? tree = run is { } id ? Machine.Trees.LastOrDefault(tree => tree.Spec.RunId == id && tree.Boot == Machine.Boot) : null;
        switch (step.Kind)
        {
            case StepKind.Launch when host is not null:
                Launch(host, step.Number, run);
                break;
            case StepKind.Kill when host is not null && run is { } killed:
                Kill(host, killed, step.Number);
                break;
            case StepKind.Ready when tree is not null:
                Machine.SayReady(tree);
                break;
            case StepKind.Exit when tree is not null:
                Machine.Exit(tree, step.Number % 3);
                break;
            case StepKind.LoseShim when tree is not null:
                Machine.LoseShim(tree);
                break;
            case StepKind.Pass:
                Pass(TimeSpan.FromMilliseconds(Pauses[step.Number % Pauses.Length]));
                break;
            case StepKind.Look when host is not null:
                Forget(host.Registry.SearchAsync(new RunQuery()));
                break;
            case StepKind.Command:
                StartCommand();
                break;
            case StepKind.Stop when host is not null:
                Forget(StopAsync(host));
                break;
            case StepKind.Die:
                host?.Life.Die();
                break;
            case StepKind.DieSoon:
                host?.Life.DieAt(step.Number, step.Run % 2 == 0);
                break;
            case StepKind.Start when hosts.Count < MostHosts:
                Start(hosts.Any(living => living.Name == "a") ? "b" : "a");
                break;
            case StepKind.Reboot:
                Die();
                Machine.Reboot();
                break;
            case StepKind.Break:
                Store.Break((StoreFault)(1 + (step.Number % 5)));
                break;
            case StepKind.Heal:
                Store.Break(StoreFault.None);
                break;
            case StepKind.CleaningFails:
                Machine.CleaningFails = true;
                break;
            case StepKind.CleaningWorks:
                Machine.CleaningFails = false;
                break;
            default:
                break;
        }
    }

    private static RunId Run(int number) => RunId.Parse("run_" + number.ToString(CultureInfo.InvariantCulture));

    private void Launch(SimulatedHost host, int number, RunId? parent)
    {
        string[] arguments =
        [
            .. (number & 1) != 0 ? ["stubborn"] : Array.Empty<string>(),
            .. (number & 6) == 2 ? ["stuck"] : Array.Empty<string>(),
            .. (number & 8) != 0 ? ["children"] : Array.Empty<string>(),
        ];
        LaunchRequest request = new("/bin/agent", arguments)
        {
            RunId = Run(_launched++),
            OnHostExit = (number & 16) != 0 ? OnHostExit.Keep : OnHostExit.Kill,
            ParentRun = (number & 96) == 32 ? parent : null,
            Output = OutputMode.Discard,
            LaunchedBy = Owner,
            Readiness = Readiness.Notify(),
        };
        Forget(host.Launcher.LaunchAsync(request));
    }

    private void Kill(SimulatedHost host, RunId runId, int number)
    {
        bool isStranger = number % 8 == 7;
        KillRequest request = new("asked for", isStranger ? Stranger : Owner)
        {
            Mode = (number & 1) == 0 ? KillMode.Graceful : KillMode.Emergency,
            IdempotencyKey = number % 5 == 4 ? "key" : null,
        };
        Asks.Add(new Ask(host, runId, isStranger, host.Kills.KillAsync(runId, request)));
    }

    private void Start(string name)
    {
        SimulatedHost host = Begin(name, isCommand: false);
        Forget(Task.WhenAll(host.Services.Select(static service => service.StartAsync(CancellationToken.None))));
    }

    // What every command does beside its own work.
    private void StartCommand() => Forget(CarryOutAsync(Begin("command", isCommand: true)));

    private static async Task CarryOutAsync(SimulatedHost command)
    {
        await ((Task)command.Recovery.SettleAsync(CommandLimit)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await ((Task)command.Registry.SearchAsync(new RunQuery())).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await command.Life.LeaveAsync();
    }

    private SimulatedHost Begin(string name, bool isCommand)
    {
        SimulatedHost process = new(this, name, isCommand);
        lock (_lock)
        {
            _processes.Add(process);
        }

        return process;
    }

    // As when somebody stops it: it has its time, and then it is gone.
    private static async Task StopAsync(SimulatedHost host)
    {
        using CancellationTokenSource timeIsUp = new(TimeToStop, host.Time);
        await Task.WhenAll(host.Services.Select(service => service.StopAsync(timeIsUp.Token))).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await host.Life.LeaveAsync();
    }

    private void Die()
    {
        foreach (SimulatedHost process in Processes)
        {
            process.Life.Die();
        }
    }

    // In pieces: what one moment leads to happens before the next comes.
    private void Pass(TimeSpan time)
    {
        for (TimeSpan left = time; left > TimeSpan.Zero; left -= Moment)
        {
            TimeSpan piece = left < Moment ? left : Moment;
            Machine.Advance(piece);
            foreach (SimulatedHost process in Processes)
            {
                process.Time.Advance(piece);
            }

            Settle();
        }
    }

    private void Quiesce(bool withCommands)
    {
        Settle();
        for (int second = 0; second < MostSeconds && (second < 3 || !Promises.IsCalm()); second++)
        {
            if (withCommands && second % 4 == 1)
            {
                StartCommand();
                Settle();
            }

            Pass(Tick);
        }
    }

    // What becomes of a launch or a look shows in the store and on the machine; a dead host never says.
    private static void Forget(Task task) => _ = task.ContinueWith(static late => _ = late.Exception, TaskScheduler.Default);

    // Until nobody waits for a turn, or for some turns only. After each, everything that it led to comes to rest.
    private void Settle(int most = int.MaxValue)
    {
        _rest.Wait();
        for (int turn = 0; turn < most && Turns.TryNext(); turn++)
        {
            if (++_turns > MostTurns)
            {
                throw new InvalidOperationException($"This has no end:\n{string.Join('\n', History.TakeLast(200))}");
            }

            _rest.Wait();
        }
    }
}
