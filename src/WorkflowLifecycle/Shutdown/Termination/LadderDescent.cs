using WorkflowLifecycle.Killing;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Steps;

namespace WorkflowLifecycle.Shutdown;

/// <summary>Tells one run to leave, step by step of its ladder.</summary>
internal sealed class LadderDescent(
    RunRecord run, IContainment containment, StepWriter steps, IContainmentPlatform platform, StandardInputs inputs, TerminationCommand command, Action<string, int?> onStep, KillClock clock)
{
    // A tree that nobody watches is looked at.
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LookLimit = TimeSpan.FromMilliseconds(100);

    // After its last process the holder says at once that the tree is empty, and a line fits into a pipe at once.
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(100);

    // A command that stopped the program needs a moment to see that it did.
    private static readonly TimeSpan CommandMoment = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan CommandLimit = TimeSpan.FromSeconds(2);

    public const string CeilingReached = "ceiling reached";
    public const string Escalated = "escalated";
    public const string AllLeft = "all left";

    private const string InputWords = "a line on standard input";

    private readonly TerminationLadder _ladder = run.Termination ?? TerminationLadder.Default;
    private readonly Lock _lock = new();
    private readonly List<string> _done = [];
    private Task _commands = Task.CompletedTask;

    private SignalScope Scope => _ladder.Scope == TerminationScope.MainProcess ? SignalScope.MainProcess : SignalScope.WholeTree;

    /// <summary>What was done, in words, in order.</summary>
    public string Done
    {
        get
        {
            lock (_lock)
            {
                return string.Join(", ", _done);
            }
        }
    }

    /// <summary>The end of the tree, once it was seen.</summary>
    public EndNotice? End { get; private set; }

    /// <summary>The first step, where it is a signal: the one that may be sent while the tree stands still.</summary>
    public async Task<int> BeginAsync(TimeSpan left) => _ladder.Steps[0] is { Kind: TerminationStepKind.Signal } step
        ? await SignalAsync(step, left).ConfigureAwait(false)
        : 0;

    /// <summary>True when the program was given more time than the ceiling, because it asked for that.</summary>
    public bool IsExtended { get; private set; }

    /// <summary>Goes down the ladder until the tree is gone, or its main process where only that was told to leave, or the time is up.</summary>
    /// <param name="left">The ceiling.</param>
    /// <param name="cap">What the program may extend it to.</param>
    /// <param name="escalation">Ends the wait.</param>
    /// <returns>How it ended, in words.</returns>
    public async Task<string> FinishAsync(TimeSpan left, TimeSpan cap, CancellationToken escalation)
    {
        long started = clock.Now;
        CancellationTokenSource over = new();
        try
        {
            for (int i = 0; i < _ladder.Steps.Count; i++)
            {
                TerminationStep step = _ladder.Steps[i];
                TimeSpan rest = left - TimeSpan.FromMilliseconds(clock.Since(started));
                if (rest <= TimeSpan.Zero && i > 0)
                {
                    break;
                }

                if (escalation.IsCancellationRequested)
                {
                    return Escalated;
                }

                await TakeAsync(step, isFirst: i == 0, rest, over.Token, escalation).ConfigureAwait(false);
                for (TimeSpan wait = WaitOf(step, isLast: i == _ladder.Steps.Count - 1, rest); wait > TimeSpan.Zero;)
                {
                    using KillLimit limit = clock.Limit(wait, escalation);
                    if (await WaitAsync(limit.Token).ConfigureAwait(false) is { } outcome)
                    {
                        return outcome;
                    }

                    if (escalation.IsCancellationRequested)
                    {
                        return Escalated;
                    }

                    wait = await ReadExtensionAsync(cap - TimeSpan.FromMilliseconds(clock.Since(started))).ConfigureAwait(false);
                    IsExtended |= wait > TimeSpan.Zero;
                    left += wait;
                }
            }

            return CeilingReached;
        }
        finally
        {
            await LeaveCommandsAsync(over, isTreeGone: End is not null).ConfigureAwait(false);
        }
    }

    // Where the tree is gone, the command is about to see that: it is not waited for longer than a moment, and not cut short.
    private async Task LeaveCommandsAsync(CancellationTokenSource over, bool isTreeGone)
    {
        if (isTreeGone)
        {
            await Task.WhenAny(_commands, clock.Delay(CommandMoment, CancellationToken.None)).ConfigureAwait(false);
            over.CancelAfter(CommandLimit);
        }
        else
        {
            await over.CancelAsync().ConfigureAwait(false);
        }

        _ = _commands.ContinueWith(_ => over.Dispose(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private async Task<TimeSpan> ReadExtensionAsync(TimeSpan cap)
    {
        TimeSpan asked = await containment.ReadExtensionAsync(CancellationToken.None).ConfigureAwait(false);
        return asked < cap ? asked : cap;
    }

    private static TimeSpan WaitOf(TerminationStep step, bool isLast, TimeSpan rest)
    {
        TimeSpan wait = isLast ? rest : step.Wait ?? rest / 2;
        return wait < rest ? wait : rest < TimeSpan.Zero ? TimeSpan.Zero : rest;
    }

    private async Task TakeAsync(TerminationStep step, bool isFirst, TimeSpan left, CancellationToken over, CancellationToken escalation)
    {
        switch (step.Kind)
        {
            case TerminationStepKind.Signal when !isFirst:
                await SignalAsync(step, left).ConfigureAwait(false);
                break;
            case TerminationStepKind.InputLine:
                onStep(InputWords, null);
                Say($"{InputWords}: {await WriteAsync(step, escalation).ConfigureAwait(false)}");
                break;
            case TerminationStepKind.Command:
                string name = Path.GetFileName(step.Text) ?? string.Empty;
                onStep(name, null);
                Say($"{name} was started");
                _commands = Task.WhenAll(_commands, Task.Run(() => RunCommandAsync(step, name, over), CancellationToken.None));
                break;
            default:
                break;
        }
    }

    private async Task<int> SignalAsync(TerminationStep step, TimeSpan left)
    {
        int count = await steps.TakeAsync(PersistedStep.LeaveSignalled, () => containment.SignalAsync(step.Signal, Scope, left)).ConfigureAwait(false);
        onStep(SignalNames.Of(step.Signal), count);
        Say($"{SignalNames.Of(step.Signal)} to {(Scope == SignalScope.MainProcess ? "the main process" : count == 1 ? "1 process" : $"{count} processes")}");
        return count;
    }

    private async Task<string> WriteAsync(TerminationStep step, CancellationToken escalation)
    {
        if (inputs.Find(run.RunId) is not { } input)
        {
            return "not available here, only in the host that holds it";
        }

        try
        {
            // A program that does not read must not hold the kill up.
            using KillLimit limit = clock.Limit(Moment, escalation);
            await input.WriteAsync(System.Text.Encoding.UTF8.GetBytes(step.Text + "\n"), limit.Token).ConfigureAwait(false);
            await input.FlushAsync(limit.Token).ConfigureAwait(false);
            return "written";
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
        {
            return $"not taken ({exception.GetType().Name})";
        }
    }

    private async Task RunCommandAsync(TerminationStep step, string name, CancellationToken over) =>
        Say($"{name}: {await command.RunAsync(run, step, over).ConfigureAwait(false)}");

    private void Say(string what)
    {
        lock (_lock)
        {
            _done.Add(what);
        }
    }

    // Null: the time is up.
    private async Task<string?> WaitAsync(CancellationToken limit)
    {
        using CancellationTokenSource other = CancellationTokenSource.CreateLinkedTokenSource(limit);
        Task gone = WaitForTreeAsync(other.Token);
        Task main = Scope == SignalScope.MainProcess ? WaitForMainAsync(other.Token) : clock.Delay(Timeout.InfiniteTimeSpan, other.Token);
        await Task.WhenAny(gone, main).ConfigureAwait(false);
        if (!gone.IsCompleted && main.IsCompletedSuccessfully)
        {
            await Task.WhenAny(gone, clock.Delay(Moment, other.Token)).ConfigureAwait(false);
        }

        await other.CancelAsync().ConfigureAwait(false);
        await gone.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return gone.IsCompletedSuccessfully ? AllLeft : main.IsCompletedSuccessfully ? "the main process left" : null;
    }

    private async Task WaitForTreeAsync(CancellationToken limit)
    {
        End = await containment.WatchEndAsync(limit).ConfigureAwait(false);
        if (End is null)
        {
            // Nobody tells us when it is over: look.
            using PeriodicTimer timer = clock.Every(LookInterval);
            while (IsAnybodyLeft())
            {
                await timer.WaitForNextTickAsync(limit).ConfigureAwait(false);
            }

            End = containment.IsPopulated() == false ? await containment.WaitForEndAsync(limit).ConfigureAwait(false) : null;
        }
    }

    // A zombie has left; only its parent can take it away. Command lines are not needed, and reading them can hang.
    private bool IsAnybodyLeft() =>
        containment.Inspect(InspectionDepth.Members, LookLimit) is var listing && (listing.Truncated || listing.Processes.Any(process => process.State is not ('Z' or 'X')));

    // Of a run that has only just begun, the row may not say yet which process that is.
    private Task WaitForMainAsync(CancellationToken limit) =>
        run.Root is { } root ? platform.WaitForExitAsync(root, limit) : clock.Delay(Timeout.InfiniteTimeSpan, limit);
}
