using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Claims;

namespace WorkflowLifecycle.Tests.Model;

/// <summary>One machine, one store, and the hosts that come and go on it.</summary>
internal sealed class World : IDisposable
{
    private const int MostHosts = 2;
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private static readonly int[] Pauses = [1, 20, 100, 260, 510, 1000, 2500, 6000];

    private readonly string _directory = Rooms.Next();
    private readonly Lock _lock = new();
    private readonly List<SimulatedHost> _hosts = [];
    private readonly List<SimulatedHost> _dead = [];
    private int _launched;

    public World()
    {
        Directory.CreateDirectory(_directory);
        Store = new SimulatedStore(_directory);
        Machine = new SimulatedMachine(_directory, Store) { Tell = Tell };
        Promises = new Promises(this);
        Store.OnCommitted = Promises.OnCommitted;
        Start();
    }

    public static ClaimsPrincipal Owner { get; } = new(new ClaimsIdentity([new Claim("sub", "owner")], "test"));

    public static ClaimsPrincipal Stranger { get; } = new(new ClaimsIdentity([new Claim("sub", "stranger")], "test"));

    public SimulatedStore Store { get; }

    public SimulatedMachine Machine { get; }

    public Promises Promises { get; }

    public List<Ask> Asks { get; } = [];

    /// <summary>What happened, in words, for whoever reads a failure.</summary>
    public ConcurrentQueue<string> History { get; } = new();

    /// <summary>Those that live.</summary>
    public IReadOnlyList<SimulatedHost> Hosts
    {
        get
        {
            lock (_lock)
            {
                return [.. _hosts];
            }
        }
    }

    /// <summary>Plays the steps, lets everything come to its end, and holds it against the promises: with the hosts that are left, and with a new one.</summary>
    /// <returns>Null when they were kept; else which was not.</returns>
    public string? Play(IReadOnlyList<Step> steps)
    {
        foreach (Step step in steps)
        {
            Tell(step.ToString());
            Take(step);
            if (step.Settles)
            {
                Settle();
            }
        }

        Store.Break(StoreFault.None);
        Machine.CleaningFails = false;
        foreach (SimulatedHost host in Hosts)
        {
            host.Life.LiveOn();
        }

        Settle();
        if (Hosts.Count == 0)
        {
            Start();
        }

        if (Judge() is { } broken)
        {
            return broken;
        }

        foreach (SimulatedHost host in Hosts)
        {
            host.Life.Die();
        }

        Start();
        return Judge();
    }

    public void Tell(string what) => History.Enqueue($"{Machine.Now:mm:ss.fff} {what}");

    public bool IsAlive(ProcessIdentity identity) => Hosts.Any(host => host.Self == identity);

    /// <summary>What the machine does when a host dies.</summary>
    public void Bury(SimulatedHost host)
    {
        lock (_lock)
        {
            _hosts.Remove(host);
            _dead.Add(host);
        }

        Tell($"{host.Name}{host.Self.Pid} is dead");
        Machine.OnDeath(host);
    }

    public void Dispose()
    {
        foreach (SimulatedHost host in Hosts)
        {
            host.Life.Die();
        }

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
                Look(host);
                break;
            case StepKind.Die:
                host?.Life.Die();
                break;
            case StepKind.DieSoon:
                host?.Life.DieAt(step.Number, step.Run % 2 == 0);
                break;
            case StepKind.Start when hosts.Count < MostHosts:
                Start();
                break;
            case StepKind.Reboot:
                foreach (SimulatedHost each in hosts)
                {
                    each.Life.Die();
                }

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
        Forget(Task.Run(() => host.Launcher.LaunchAsync(request)));
    }

    private void Kill(SimulatedHost host, RunId runId, int number)
    {
        bool isStranger = number % 8 == 7;
        KillRequest request = new("asked for", isStranger ? Stranger : Owner)
        {
            Mode = (number & 1) == 0 ? KillMode.Graceful : KillMode.Emergency,
            IdempotencyKey = number % 5 == 4 ? "key" : null,
        };
        Asks.Add(new Ask(host, runId, isStranger, Task.Run(() => host.Kills.KillAsync(runId, request))));
    }

    private void Start()
    {
        SimulatedHost host = new(this, Hosts.Any(host => host.Name == "a") ? "b" : "a");
        lock (_lock)
        {
            _hosts.Add(host);
        }

        Forget(Task.WhenAll(host.Services.Select(service => Task.Run(() => service.StartAsync(CancellationToken.None)))));
        Look(host);
    }

    // As any command that lists runs does.
    private static void Look(SimulatedHost host) => Forget(Task.Run(() => host.Registry.SearchAsync(new RunQuery())));

    private void Pass(TimeSpan time)
    {
        Machine.Advance(time);
        foreach (SimulatedHost host in Hosts)
        {
            host.Time.Advance(time);
        }
    }

    // A look that finds a promise open may have come between two steps of a thread that a busy machine lets wait: only what stays so is broken.
    private string? Judge()
    {
        Quiesce();
        for (int look = 0; look < 20 && Promises.Explain() is not null; look++)
        {
            Thread.Sleep(50);
            Quiesce();
        }

        return Promises.Explain();
    }

    private void Quiesce()
    {
        Settle();
        for (int second = 0; second < 150 && (second < 3 || !Promises.IsCalm()); second++)
        {
            // The clock must not run away from a thread that has not begun yet, or that a busy machine lets wait in the middle.
            Thread.Sleep(second < 10 ? 0 : second < 100 ? 1 : 20);
            if (second % 4 == 1)
            {
                Look(Hosts[0]);
            }

            if (second % 20 == 10)
            {
                AskAgain();
            }

            Pass(Tick);
            Settle();
        }
    }

    // An interrupted kill that nobody went on with: whoever asks again gets the same.
    private void AskAgain()
    {
        foreach (KillRecord kill in Store.Kills().Where(kill => kill.IsOpen))
        {
            Kill(Hosts[0], kill.RunId, number: 1);
        }
    }

    // What becomes of a launch or a look shows in the store and on the machine; a dead host never says.
    private static void Forget(Task task) => _ = task.ContinueWith(static late => _ = late.Exception, TaskScheduler.Default);

    // Until no thread has anything to do. Where that cannot be told, going on early is one more interleaving.
    private static void Settle()
    {
        for (int quiet = 0, round = 0; quiet < 4 && round < 5000; round++)
        {
            long done = ThreadPool.CompletedWorkItemCount;
            Thread.SpinWait(150);
            Thread.Yield();
            quiet = ThreadPool.PendingWorkItemCount == 0 && ThreadPool.CompletedWorkItemCount == done ? quiet + 1 : 0;
        }
    }
}
