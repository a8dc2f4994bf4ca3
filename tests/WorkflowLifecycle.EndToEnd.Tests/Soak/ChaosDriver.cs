using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Data.Sqlite;

namespace WorkflowLifecycle.EndToEnd.Tests.Soak;

/// <summary>Keeps hosts running on one store, and makes their life hard: kill -9, SIGSTOP, a store that is locked, shims that die.</summary>
internal sealed class ChaosDriver(TestRoom room, int seed, Func<string, int, HelperProcess> start, ChaosCounts counts)
{
    private const int Hosts = 3;

    private readonly Random _random = new(seed);
    private readonly List<HelperProcess> _hosts = [];
    private readonly ConcurrentDictionary<HelperProcess, bool> _up = new();
    private readonly List<Task> _beside = [];
    private readonly List<Task> _listening = [];
    private int _started;

    public async Task RunAsync(TimeSpan time)
    {
        long begun = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(begun) < time)
        {
            while (_hosts.Count < Hosts)
            {
                StartHost();
            }

            await PauseAsync(200, 1200);
            await StrikeAsync();
        }

        await Task.WhenAll(_beside);
        while (_hosts.Count > 0)
        {
            await KillAsync(_hosts[0]);
        }

        await Task.WhenAll(_listening);
    }

    private async Task StrikeAsync()
    {
        // On a busy machine a start takes longer than most lives here: few are struck down over it.
        HelperProcess host = _hosts[_random.Next(_hosts.Count)];
        if (!_up.ContainsKey(host) && _random.Next(10) > 0)
        {
            return;
        }

        switch (_random.Next(10))
        {
            case < 4:
                await KillAsync(host);
                break;
            case < 6:
                _beside.Add(StopAsync(host.Pid, _random.Next(100, 2000)));
                break;
            case < 8:
                _beside.Add(LockAsync(_random.Next(100, 2000)));
                break;
            case 8:
                KillShim();
                break;
            default:
                // All at once, as when a service is restarted hard.
                while (_hosts.Count > 0)
                {
                    await KillAsync(_hosts[0]);
                }

                break;
        }
    }

    private void StartHost()
    {
        int number = ++_started;
        HelperProcess host = start(string.Create(CultureInfo.InvariantCulture, $"c{number}"), _random.Next());
        _hosts.Add(host);
        counts.Count("hosts");
        _listening.Add(ListenAsync(host));
    }

    private async Task ListenAsync(HelperProcess host)
    {
        try
        {
            while (true)
            {
                string line = await host.ReadAsync(string.Empty, TimeSpan.FromMinutes(5));
                counts.Count(string.Join(' ', line.Split(' ').Take(line.StartsWith("refused", StringComparison.Ordinal) ? 3 : 1)));
                if (line == "up")
                {
                    _up[host] = true;
                }

                if (line.StartsWith("odd", StringComparison.Ordinal))
                {
                    counts.Odd.Enqueue(line);
                }
            }
        }
        catch (InvalidOperationException)
        {
            counts.Count("host deaths");
        }
    }

    private async Task KillAsync(HelperProcess host)
    {
        _hosts.Remove(host);
        await host.KillAsync();
    }

    private async Task StopAsync(int pid, int milliseconds)
    {
        counts.Count("stops");
        Signals.Send("STOP", pid);
        await Task.Delay(TimeSpan.FromMilliseconds(milliseconds), TimeProvider.System);
        if (ProcessEntry.Exists(pid))
        {
            Signals.Send("CONT", pid);
        }
    }

    // This is another process than those that want it.
    private async Task LockAsync(int milliseconds)
    {
        await using SqliteConnection connection = new($"Data Source={room.StoreFile};Pooling=False;Default Timeout=1");
        try
        {
            await connection.OpenAsync();
            await using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "BEGIN EXCLUSIVE";
            await command.ExecuteNonQueryAsync();
            counts.Count("locks");
            await Task.Delay(TimeSpan.FromMilliseconds(milliseconds), TimeProvider.System);
        }
        catch (SqliteException)
        {
            counts.Count("locks in vain");
        }
    }

    // A shim stands in the directory of its run.
    private void KillShim()
    {
        IReadOnlyList<ProcessEntry> shims = ProcessEntry.StandingIn(Path.Combine(room.RuntimeDirectory, "r"));
        if (shims.Count > 0)
        {
            counts.Count("shims killed");
            Signals.Send("KILL", shims[_random.Next(shims.Count)].Pid);
        }
    }

    private Task PauseAsync(int from, int to) => Task.Delay(TimeSpan.FromMilliseconds(_random.Next(from, to)), TimeProvider.System);
}
