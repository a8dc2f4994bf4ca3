namespace WorkflowLifecycle.Killing;

/// <summary>
/// The five seconds in which an emergency answers. What the end of the tree left of them is shared by the cleaners, by the freeing of what held the
/// run, and by the commit of the outcome; a kill that is not in a hurry waits for each.
/// </summary>
internal sealed class AnswerTime(KillClock clock) : IDisposable
{
    // Kept for the commit of the outcome; and, before that, for what held the run, which has its turn after the cleaners.
    private static readonly TimeSpan ForCommit = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan ForFreeing = TimeSpan.FromMilliseconds(250);

    // Without timers of their own there is nothing to dispose, and a limit that fires at the last moment finds them usable.
    private readonly CancellationTokenSource _cleaning = new();
    private readonly CancellationTokenSource _freeing = new();
    private KillLimit? _cleaningLimit;
    private KillLimit? _freeingLimit;

    /// <summary>Fires when cleaners have no more time. Where it did before they were called, they are not.</summary>
    public CancellationToken Cleaning => _cleaning.Token;

    /// <summary>Fires when the freeing of what held the run has no more time.</summary>
    public CancellationToken Freeing => _freeing.Token;

    /// <summary>What is left before the outcome has to be committed.</summary>
    /// <param name="spent">How much of the five seconds is over.</param>
    public static TimeSpan Left(TimeSpan spent) => spent < KillClock.Ceiling - ForCommit ? KillClock.Ceiling - ForCommit - spent : TimeSpan.Zero;

    /// <summary>What is left for the commit. One whose end was not seen in five seconds is answered after them, and not much.</summary>
    /// <param name="spent">How much of the five seconds is over.</param>
    public static TimeSpan LeftForCommit(TimeSpan spent) => spent < KillClock.Ceiling - ForCommit ? KillClock.Ceiling - spent : ForCommit;

    /// <summary>From here on it is in a hurry.</summary>
    /// <param name="spent">How much of the five seconds is over.</param>
    public void Begin(TimeSpan spent)
    {
        TimeSpan left = Left(spent);
        _cleaningLimit = clock.Limit(left > ForFreeing ? left - ForFreeing : TimeSpan.Zero, CancellationToken.None);
        _cleaningLimit.Token.Register(_cleaning.Cancel);
        _freeingLimit = clock.Limit(left, CancellationToken.None);
        _freeingLimit.Token.Register(_freeing.Cancel);
    }

    public void Dispose()
    {
        _cleaningLimit?.Dispose();
        _freeingLimit?.Dispose();
    }
}
