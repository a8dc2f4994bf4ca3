namespace WorkflowLifecycle.Cli.Commands;

/// <summary>
/// Says, while a kill takes its time, for what it waits, how long, and which command escalates it. It looks from beside: nothing it does
/// delays the kill, and what it cannot find out it leaves unsaid.
/// </summary>
internal sealed class KillProgress : IAsyncDisposable
{
    private const string EraseLine = "\r\u001b[K";
    private const int RunsNamed = 3;
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan EverySecond = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan EveryFewSeconds = TimeSpan.FromSeconds(5);

    private readonly CliContext _context;
    private readonly OpenStore _opened;
    private readonly IReadOnlyList<RunId> _runs;
    private readonly KillRequest _request;
    private readonly CancellationTokenSource _stop = new();
    private readonly KillWaits _waits;
    private readonly long _started;
    private readonly Task _telling;
    private bool _hasLine;

    public KillProgress(CliContext context, OpenStore opened, IReadOnlyList<RunId> runs, KillRequest request)
    {
        _context = context;
        _opened = opened;
        _runs = runs;
        _request = request;
        _waits = new KillWaits(opened.Session, runs);
        _started = context.Time.GetTimestamp();
        _telling = TellAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _telling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _waits.DisposeAsync().ConfigureAwait(false);
        if (_hasLine)
        {
            _context.Console.Error.Write(EraseLine);
        }

        _stop.Dispose();
    }

    private async Task TellAsync()
    {
        await Task.Delay(First, _context.Time, _stop.Token).ConfigureAwait(false);
        SayHowToEscalate();
        while (true)
        {
            Show(await DescribeAsync().ConfigureAwait(false));
            await Task.Delay(_context.Console.RewritesError ? EverySecond : EveryFewSeconds, _context.Time, _stop.Token).ConfigureAwait(false);
        }
    }

    private void SayHowToEscalate()
    {
        if (_request.Mode == KillMode.Graceful)
        {
            IEnumerable<string> words = ["kill", .. _runs.Select(run => run.Value), "--emergency", "--reason", _request.Reason];
            _context.Console.Say($"To end {(_runs.Count == 1 ? "it" : "them")} at once: {_opened.Choice.Command(words)}");
        }
    }

    private async Task<string> DescribeAsync()
    {
        List<string> waits = [];
        foreach (RunId run in _runs.Take(RunsNamed))
        {
            waits.Add(await DescribeAsync(run).ConfigureAwait(false));
        }

        if (_runs.Count > RunsNamed)
        {
            waits.Add($"{_runs.Count - RunsNamed} more");
        }

        string ceiling = (_request.Mode, _request.GracePeriod) switch
        {
            (KillMode.Emergency, _) => "ceiling 5s",
            (_, { } grace) => $"SIGKILL at {Words.Duration(grace)} at the latest",
            _ => "at most 30s for work in flight and 10s to leave, then SIGKILL; a host may set others",
        };
        return $"Waiting {Words.Duration(_context.Time.GetElapsedTime(_started))} for {string.Join("; ", waits)} ({ceiling})";
    }

    private async Task<string> DescribeAsync(RunId run)
    {
        if (_waits.Of(run) is { Length: > 0 } work)
        {
            return $"{run}: {work}";
        }

        try
        {
            IReadOnlyList<ProcessSnapshot> processes = await _opened.Session.Registry.InspectAsync(run, _stop.Token).ConfigureAwait(false);
            return processes.Count == 0
                ? $"{run}: its end to be proven and recorded"
                : $"{run}: {KillReceiptText.Processes([.. processes.Take(RunsNamed)])}" +
                  (processes.Count > RunsNamed ? $" and {processes.Count - RunsNamed} more" : string.Empty);
        }
        catch (WorkflowLifecycleException)
        {
            return run.Value;
        }
    }

    private void Show(string text)
    {
        if (!_context.Console.RewritesError)
        {
            _context.Console.Say(text);
            return;
        }

        string shown = SafeText.Show(text);
        _context.Console.Error.Write(EraseLine + (shown.Length < _context.Console.Width ? shown : shown[..(_context.Console.Width - 1)]));
        _hasLine = true;
    }
}
