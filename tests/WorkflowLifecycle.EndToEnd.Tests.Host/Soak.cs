using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;

namespace WorkflowLifecycle.EndToEnd.Tests.Host;

/// <summary>Launches and ends many runs of mixed programs in this process, and says what the process itself holds before and after.</summary>
internal sealed class Soak(IServiceProvider provider, HostArguments arguments)
{
    private const int AtATime = 4;
    private const int MostLooks = 50;

    // The store opens connections when it needs them and keeps them: four that look up, four that search, one that writes. A tenth would be a leak.
    private const int StoreConnections = 9;

    private const string Stubborn = "trap '' TERM; echo ready; while :; do sleep 60; done";
    private const string Tree = "sleep 60 & setsid sleep 60 & (sleep 60 & sleep 60) & echo ready; wait";
    private const string Files = "for i in 1 2 3 4 5; do mkdir -p \"${TMPDIR:?}/$i/deep\"; echo x > \"$TMPDIR/$i/deep/file\"; done; echo ready; sleep 60";
    private const string Port = "use IO::Socket::INET; my $s = IO::Socket::INET->new(Listen => 5, LocalAddr => '127.0.0.1'); open my $f, '>', 'ports/' . $s->sockport; $| = 1; print \"ready\\n\"; sleep 60";
    // The name of a file is what was made, its content who made it.
    private const string Noting = "sub made { open my $f, '>', \"$_[0]/$_[1]\" or die; print $f $ENV{WORKFLOW_LIFECYCLE_RUN_ID} } ";
    private const string Memory = Noting + "umask 077; my $name = $ENV{WORKFLOW_LIFECYCLE_SHARED_MEMORY}; made('shm', $name); open my $m, '+>', \"/dev/shm/$name\" or die; print $m 'x' x 65536; $| = 1; print \"ready\\n\"; sleep 60";

    // Where PIDs are few, a segment counts as the run's only when it was not made in its maker's first second: the kernel stamps to that, and its own seconds
    // begin up to a tick later. Semaphores and queues are only told.
    private const string SystemV = Noting + "my $t = time; select(undef, undef, undef, 0.02) while time == $t; select(undef, undef, undef, 0.05); made('sysv', shmget(0, 4096, 01600)); $| = 1; print \"ready\\n\"; sleep 60";

    private const string Abstract = "use IO::Socket::UNIX; my $s = IO::Socket::UNIX->new(Listen => 5, Local => \"\\0$ENV{SOAK}$ENV{WORKFLOW_LIFECYCLE_RUN_ID}\") or die; $| = 1; print \"ready\\n\"; sleep 60";

    private static readonly IReadOnlyList<(string Program, string[] Arguments, KillMode? Mode)> Mix =
    [
        ("true", [], null),
        ("sh", ["-c", "echo a; echo b >&2; exit 3"], null),
        ("sh", ["-c", "echo ready; sleep 60"], KillMode.Emergency),
        ("sh", ["-c", Stubborn], KillMode.Graceful),
        ("sh", ["-c", Tree], KillMode.Emergency),
        ("sh", ["-c", Tree], KillMode.Graceful),
        ("sh", ["-c", Files], KillMode.Emergency),
        ("perl", ["-e", Port], KillMode.Graceful),
        ("perl", ["-e", Memory], KillMode.Graceful),
        ("perl", ["-e", SystemV], KillMode.Graceful),
        ("perl", ["-e", Abstract], KillMode.Emergency),
        ("sh", ["-c", "yes | head -c 300000; sleep 60 & exit 0"], null),
    ];

    private readonly ConcurrentQueue<string> _odd = new();

    public static void AddCleaners(IWorkflowLifecycleBuilder builder, HostArguments arguments) =>
        builder.AddTempCleaner(options => options.Directory = Path.Combine(arguments.Directory, "tmp")).AddSharedMemoryCleaner().AddSystemVIpcCleaner().AddSocketCleaner().AddGitCleaner().AddLockFileCleaner();

    public async Task RunAsync()
    {
        int count = arguments.Number("count");

        // What a process opens once, on first use, is no leak: the runtime's own channel for child processes and its second handles of the terminal, too.
        await Console.Out.FlushAsync();
        await Console.Error.FlushAsync();
        using (Process first = Process.Start("true"))
        {
            await first.WaitForExitAsync();
        }

        await RunAsync("warm", count / 10);
        IReadOnlyDictionary<string, int> before = await SettleAsync(null);
        int children = Children();
        Console.WriteLine("warm");
        await RunAsync("soak", count);
        string[] more = [.. More(before, await SettleAsync(before))];
        Console.WriteLine($"more {more.Length} {string.Join("; ", more)}");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"children {Children() - children}"));
        IReadOnlyList<CleanupDebt> debts = await provider.GetRequiredService<IProcessStore>().ReadDebtsAsync(new DebtQuery());
        Console.WriteLine($"odd {_odd.Count} {string.Join("; ", _odd.Take(5))}");
        Console.WriteLine($"debts {debts.Count} {string.Join("; ", debts.Take(5).Select(debt => $"{debt.RunId} {debt.Cleaner} {debt.Resource?.Name}: {debt.Reason}"))}");
        await Console.In.ReadToEndAsync();
    }

    private async Task RunAsync(string name, int count) => await Parallel.ForAsync(
        0, count, new ParallelOptions { MaxDegreeOfParallelism = AtATime }, async (number, _) => await RunOneAsync($"{name}-{number}", Mix[number % Mix.Count]));

    private async Task RunOneAsync(string id, (string Program, string[] Arguments, KillMode? Mode) program)
    {
        LaunchRequest request = new(program.Program, program.Arguments)
        {
            RunId = RunId.Parse(id),
            WorkingDirectory = arguments.Directory,
            Environment = new Dictionary<string, string?> { ["SOAK"] = string.Create(CultureInfo.InvariantCulture, $"soak-{Environment.ProcessId}-") },
        };
        await using ITrackedProcess process = await provider.GetRequiredService<ITrackedProcessLauncher>().LaunchAsync(request);
        if (program.Mode is { } mode)
        {
            await foreach (OutputLine line in process.ReadOutputLinesAsync())
            {
                if (line.Text == "ready")
                {
                    break;
                }
            }

            // The others leave at once: what they have is looked for within that time, also where the machine is busy.
            TimeSpan grace = program.Arguments is [_, Stubborn] ? TimeSpan.FromMilliseconds(200) : TimeSpan.FromSeconds(10);
            KillRequest kill = new("soak", WorkflowPrincipal.LocalUser()) { Mode = mode, GracePeriod = mode == KillMode.Graceful ? grace : null };
            KillReport report = await provider.GetRequiredService<IKillCoordinator>().KillAsync(process.RunId, kill);
            if (report.Outcome is not (KillOutcome.Killed or KillOutcome.ExitedGracefully) || report.Cleanup.Any(line => !IsInOrder(line)))
            {
                _odd.Enqueue($"{id} {report.Outcome} {string.Join(", ", report.Cleanup.Select(line => $"{line.Cleaner} {line.Outcome} {line.Message}"))}");
            }
        }

        RunResult result = await process.WaitForExitAsync();
        if (result.State != RunState.Killed && result.State != RunState.Exited)
        {
            _odd.Enqueue($"{id} {result.State}");
        }
    }

    // What the runs beside it hold of the machine is told, too.
    private static bool IsInOrder(CleanupResult line) => line.Outcome is CleanupOutcomes.Clean or CleanupOutcomes.Reported;

    // What is closed a moment after a run is over is no leak.
    private static async Task<IReadOnlyDictionary<string, int>> SettleAsync(IReadOnlyDictionary<string, int>? before)
    {
        for (int look = 0; ; look++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Task.Delay(100);
            IReadOnlyDictionary<string, int> open = Descriptors();
            if (look == MostLooks || (before is not null && !More(before, open).Any()) || (before is null && look == MostLooks / 5))
            {
                return open;
            }
        }
    }

    private static IEnumerable<string> More(IReadOnlyDictionary<string, int> before, IReadOnlyDictionary<string, int> after) =>
        after.Where(now => now.Value > Math.Max(before.GetValueOrDefault(now.Key), now.Key.Contains(".db", StringComparison.Ordinal) ? StoreConnections : 0)).Select(now => $"{now.Key} {before.GetValueOrDefault(now.Key)} -> {now.Value}");

    // By what they are, without the numbers that each socket and pipe has. As files: GetFiles leaves those of directories out.
    private static Dictionary<string, int> Descriptors() => Directory.GetFileSystemEntries("/proc/self/fd")
        .Select(entry => new FileInfo(entry).LinkTarget ?? "gone").Select(link => link.Split('[')[0] + (link.StartsWith("anon_inode", StringComparison.Ordinal) ? link[link.IndexOf('[', StringComparison.Ordinal)..] : string.Empty))
        .Where(link => !link.EndsWith(".dll", StringComparison.Ordinal) && !link.EndsWith(".so", StringComparison.Ordinal) && !link.StartsWith("/proc/", StringComparison.Ordinal))
        .CountBy(link => link).ToDictionary(StringComparer.Ordinal);

    private static int Children() => Directory.GetDirectories("/proc/self/task")
        .Sum(thread => File.ReadAllText(Path.Combine(thread, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries).Length);
}
