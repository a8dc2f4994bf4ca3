using System.CommandLine;
using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle.Cli.Commands;

/// <summary>The library on the store that the command line means.</summary>
internal sealed class OpenStore : IAsyncDisposable
{
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan EmergencyLimit = TimeSpan.FromMilliseconds(500);

    private readonly CliConsole _console;
    private readonly TimeProvider _time;
    // Null where nothing could be opened to begin with.
    private readonly StartOfTool? _start;
    private bool _isBehind;
    private bool _hasTold;

    private OpenStore(CliContext context, StoreChoice choice, IWorkflowSession session, StartOfTool? start)
    {
        _start = start;
        _console = context.Console;
        _time = context.Time;
        Choice = choice;
        Session = session;
    }

    public StoreChoice Choice { get; }

    public IWorkflowSession Session { get; }

    /// <summary>Opens it to launch into; it is created when it is missing.</summary>
    public static ValueTask<OpenStore> ForLaunchingAsync(CliContext context, ParseResult parsed, CancellationToken cancellationToken) =>
        OpenAsync(context, context.Stores.ForLaunching(parsed.GetValue(SharedOptions.Store)), StoreUse.Change, cancellationToken);

    /// <summary>Opens it as it is there, to look or to kill in; null when there is none yet. Nothing is created.</summary>
    public static async ValueTask<OpenStore?> IfThereAsync(CliContext context, ParseResult parsed, StoreUse use, CancellationToken cancellationToken) =>
        context.Stores.ForReading(parsed.GetValue(SharedOptions.Store)) is { } choice
            ? await OpenAsync(context, choice, use, cancellationToken).ConfigureAwait(false)
            : null;

    /// <summary>Opens it to look for a run, which is not known where there is no store.</summary>
    /// <exception cref="RunNotFoundException">There is no store yet.</exception>
    public static async ValueTask<OpenStore> ForRunAsync(CliContext context, ParseResult parsed, RunId runId, StoreUse use, CancellationToken cancellationToken) =>
        await IfThereAsync(context, parsed, use, cancellationToken).ConfigureAwait(false)
        ?? throw new RunNotFoundException(runId, context.Stores.DefaultFile() + " (not there yet)");

    /// <summary>
    /// Opens it for an emergency, which goes on without it: where it cannot be opened at once, by the directory of the run. That also says
    /// which store it is where the command line does not.
    /// </summary>
    /// <exception cref="RunNotFoundException">There is no store yet, and no directory of that run.</exception>
    public static async ValueTask<OpenStore> ForEmergencyAsync(CliContext context, ParseResult parsed, RunId runId, CancellationToken cancellationToken)
    {
        RunRemains? remains = RuntimeDirectories.FindRemains(RuntimeDirectories.Root(null)).FirstOrDefault(remains => remains.RunId == runId);
        StoreChoice? choice = remains is { Store: { } own } && Path.IsPathFullyQualified(own) ? context.Stores.OfRun(parsed.GetValue(SharedOptions.Store), own) : null;
        string problem;
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(EmergencyLimit);
        try
        {
            if (choice is null)
            {
                return await ForRunAsync(context, parsed, runId, StoreUse.Change, cancellationToken).ConfigureAwait(false);
            }

            return Path.Exists(choice.File)
                ? await OpenAsync(context, choice, StoreUse.Emergency, limit.Token).ConfigureAwait(false)
                : throw new StoreUnavailableException($"There is no store at {choice.File} any more.");
        }
        catch (StoreUnavailableException away) when (choice is not null)
        {
            problem = away.Message;
        }
        catch (OperationCanceledException) when (choice is not null && !cancellationToken.IsCancellationRequested)
        {
            problem = $"The store {choice.File} could not be opened within {EmergencyLimit.TotalMilliseconds:0} ms: another process holds it, or its disk hangs.";
        }

        context.Console.Say($"{problem} The emergency goes on without the store: what is done is kept in the emergency spool, and merged when the store is back.");
        return new OpenStore(context, choice, context.Sessions.OpenAway(choice.File, problem), start: null);
    }

    /// <summary>The run's row.</summary>
    /// <exception cref="RunNotFoundException">No such run.</exception>
    public async Task<RunRecord> FindAsync(RunId runId, CancellationToken cancellationToken) =>
        await UpToDateAsync(
            () => Session.Registry.FindAsync(runId, cancellationToken), () => Session.Store.FindRunAsync(runId, cancellationToken).AsTask()).ConfigureAwait(false)
        ?? throw new RunNotFoundException(runId, Choice.File);

    /// <summary>Every page of a search.</summary>
    public async Task<IReadOnlyList<RunRecord>> SearchAsync(RunQuery query, CancellationToken cancellationToken)
    {
        List<RunRecord> runs = [];
        string? cursor = null;
        do
        {
            RunQuery next = query with { Cursor = cursor };
            RunPage page = await UpToDateAsync(
                () => Session.Registry.SearchAsync(next, cancellationToken), () => Session.Store.SearchRunsAsync(next, cancellationToken).AsTask()).ConfigureAwait(false);
            runs.AddRange(page.Runs);
            cursor = page.Next;
        }
        while (cursor is not null);

        return runs;
    }

    /// <summary>What can be seen of a run's processes.</summary>
    public async Task<IReadOnlyList<ProcessSnapshot>> InspectAsync(RunId runId, CancellationToken cancellationToken) =>
        await UpToDateAsync<IReadOnlyList<ProcessSnapshot>>(
            () => Session.Registry.InspectAsync(runId, cancellationToken), static () => Task.FromResult<IReadOnlyList<ProcessSnapshot>>([])).ConfigureAwait(false);

    /// <summary>The critical sections that somebody is in now.</summary>
    public async Task<IReadOnlyList<CriticalSection>> ReadCriticalSectionsAsync(RunId runId, CancellationToken cancellationToken) =>
        await UpToDateAsync<IReadOnlyList<CriticalSection>>(
            () => Session.Registry.ReadCriticalSectionsAsync(runId, cancellationToken),
            static () => Task.FromResult<IReadOnlyList<CriticalSection>>([])).ConfigureAwait(false);

    /// <summary>The receipt of the run's end; null when there is none.</summary>
    public async Task<RunReceipt?> FindReceiptAsync(RunId runId, CancellationToken cancellationToken) =>
        await UpToDateAsync(
            () => Session.Registry.FindReceiptAsync(runId, cancellationToken), () => Session.Store.FindReceiptAsync(runId, cancellationToken).AsTask()).ConfigureAwait(false);

    /// <summary>Waits until the run is over.</summary>
    /// <exception cref="RunNotFoundException">No such run.</exception>
    public async Task<RunRecord> WaitForEndAsync(RunId runId, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await Session.Registry.WaitForEndAsync(runId, cancellationToken).ConfigureAwait(false);
            }
            catch (StoreUnavailableException problem)
            {
                if (await Session.Store.FindRunAsync(runId, cancellationToken).ConfigureAwait(false) is { State.IsFinal: true } run)
                {
                    return run;
                }

                TellOnce(problem);
            }

            // Nobody could write down yet whether it is over; that is said once, and tried again.
            await Task.Delay(BetweenTries, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_start is not null)
        {
            await _start.FinishAsync().ConfigureAwait(false);
        }

        await Session.DisposeAsync().ConfigureAwait(false);
    }

    // Looking must not depend on writing: where the rows of a host that died cannot be brought up to date, they are shown as they are.
    private async Task<T> UpToDateAsync<T>(Func<Task<T>> read, Func<Task<T>> readAsRecorded)
    {
        if (!_isBehind)
        {
            try
            {
                return await read().ConfigureAwait(false);
            }
            catch (StoreUnavailableException problem)
            {
                T recorded = await readAsRecorded().ConfigureAwait(false);
                TellOnce(problem);
                return recorded;
            }
        }

        return await readAsRecorded().ConfigureAwait(false);
    }

    private void TellOnce(StoreUnavailableException problem)
    {
        _isBehind = true;
        if (!_hasTold)
        {
            _hasTold = true;
            _console.Say($"As recorded: what became of a run whose host died could not be written down. {problem.Message}");
        }
    }

    private static async ValueTask<OpenStore> OpenAsync(CliContext context, StoreChoice choice, StoreUse use, CancellationToken cancellationToken)
    {
        IWorkflowSession session = await context.Sessions.OpenAsync(choice, use, cancellationToken).ConfigureAwait(false);
        StartOfTool start = StartOfTool.Begin(context.Console, choice, session.Recovery);
        if (use == StoreUse.Look)
        {
            // What is shown is as it is. A launch and a kill wait for nothing that is not theirs.
            await start.FinishAsync().ConfigureAwait(false);
        }

        return new(context, choice, session, start);
    }
}
