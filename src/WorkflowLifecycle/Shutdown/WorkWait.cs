using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle.Shutdown;

/// <summary>Waits for exactly the work that was seen, not for what begins after it.</summary>
internal sealed class WorkWait(IContainmentPlatform platform, TimeProvider timeProvider)
{
    // P8: where the kernel gives no event.
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    // A section that is left and entered again at once must not keep us looking without a pause.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    /// <param name="work">What is waited for.</param>
    /// <param name="look">What is in flight now.</param>
    /// <param name="change">Completes when a look may find less; never, but with the token, where nothing says so.</param>
    /// <param name="tell">Told what is left, whenever less is.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task UntilDoneAsync(
        IReadOnlyList<InFlightWork> work,
        Func<IReadOnlyList<InFlightWork>> look,
        Func<IReadOnlyList<InFlightWork>, CancellationToken, Task> change,
        Action<IReadOnlyList<InFlightWork>> tell,
        CancellationToken cancellationToken)
    {
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        List<(InFlightWork Work, Task Exited)> left = [.. work.Select(item => (item, WaitForExitAsync(item, over.Token)))];
        try
        {
            tell(work);
            while (left.Count > 0)
            {
                await WaitForNewsAsync(left, change, over.Token).ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();

                // A process that exits has its work done. Where that was all, nothing is looked at: the moment after an exit is the one in
                // which the next has not begun yet.
                left.RemoveAll(item => item.Exited.IsCompletedSuccessfully);
                if (left.Count > 0)
                {
                    IReadOnlyList<InFlightWork> now = await Task.Run(look, cancellationToken).WaitAsync(cancellationToken).ConfigureAwait(false);
                    left.RemoveAll(item => !item.Work.IsAmong(now));
                }

                tell([.. left.Select(item => item.Work)]);
            }
        }
        finally
        {
            await over.CancelAsync().ConfigureAwait(false);
        }
    }

    private async Task WaitForNewsAsync(
        List<(InFlightWork Work, Task Exited)> left, Func<IReadOnlyList<InFlightWork>, CancellationToken, Task> change, CancellationToken cancellationToken)
    {
        using CancellationTokenSource turn = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task exits = Task.WhenAll(left.Select(item => item.Exited));
        Task tick = Task.Delay(Interval, timeProvider, turn.Token);
        Task changed = change([.. left.Select(item => item.Work)], turn.Token);
        Task first = await Task.WhenAny(exits, tick, changed).ConfigureAwait(false);
        if (first == changed)
        {
            await Task.WhenAny(exits, Task.Delay(Pause, timeProvider, turn.Token)).ConfigureAwait(false);
        }

        await turn.CancelAsync().ConfigureAwait(false);
    }

    private Task WaitForExitAsync(InFlightWork work, CancellationToken cancellationToken) => work is { Pid: { } pid, StartTicks: > 0 }
        ? platform.WaitForExitAsync(platform.Self with { Pid = pid, StartTicks = work.StartTicks, PidfsHandle = null }, cancellationToken)
        : Task.Delay(Timeout.InfiniteTimeSpan, timeProvider, cancellationToken);
}
