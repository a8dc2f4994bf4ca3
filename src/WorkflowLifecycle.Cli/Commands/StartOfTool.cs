namespace WorkflowLifecycle.Cli.Commands;

/// <summary>
/// What every command does beside its own work: it holds the rows of hosts that died against reality, carries on kills that were interrupted as far
/// as two seconds allow, and says on standard error what it had to leave.
/// </summary>
internal sealed class StartOfTool
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    private readonly CliConsole _console;
    private readonly StoreChoice _choice;
    private readonly Task<IReadOnlyList<RecoveredRun>> _settling;
    private bool _isOver;

    private StartOfTool(CliConsole console, StoreChoice choice, Task<IReadOnlyList<RecoveredRun>> settling)
    {
        _console = console;
        _choice = choice;
        _settling = settling;
    }

    public static StartOfTool Begin(CliConsole console, StoreChoice choice, IRunRecovery recovery) =>
        new(console, choice, Task.Run(() => recovery.SettleAsync(Limit, CancellationToken.None)));

    /// <summary>Waits for it, at most those two seconds, and says what there is to say, once. Does not throw.</summary>
    public async Task FinishAsync()
    {
        if (_isOver)
        {
            return;
        }

        _isOver = true;
        try
        {
            foreach (RecoveredRun run in await _settling.ConfigureAwait(false))
            {
                if (Describe(run) is { } text)
                {
                    _console.Say(text);
                }
            }
        }
        catch (StoreUnavailableException)
        {
            // The command itself needs the store as well, and says so.
            return;
        }
    }

    private string? Describe(RecoveredRun run) => run.Outcome switch
    {
        RecoveryOutcome.KillResumed => $"{run.RunId}: its kill {run.KillId} was interrupted, and was carried on: {run.Detail ?? "not over yet"}.",
        RecoveryOutcome.KillInterrupted =>
            $"{run.RunId}: its kill {run.KillId} was interrupted, and {run.Detail}. To carry it on now: {_choice.Command("kill", run.RunId.Value, "--reason", "why it ends")}",
        RecoveryOutcome.CannotTell => $"{run.RunId} is shown as recorded, and nothing can be told of it from here: {run.Detail}.",
        _ => null,
    };
}
