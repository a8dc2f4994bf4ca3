namespace WorkflowLifecycle.Cli.Terminal;

/// <summary>Says messages in their order and lets nobody wait for it: a reader who has stopped reading must not keep a kill waiting.</summary>
internal sealed class Announcer(CliConsole console, TimeProvider time)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private Task _said = Task.CompletedTask;

    public void Say(string message)
    {
        lock (_lock)
        {
            // A thread of its own: writing blocks, and the threads of the pool are needed elsewhere.
            _said = _said.ContinueWith(_ => console.Say(message), CancellationToken.None, TaskContinuationOptions.LongRunning, TaskScheduler.Default);
        }
    }

    /// <summary>Waits until all is said, but not for long.</summary>
    public Task FinishAsync() => Task.WhenAny(_said, Task.Delay(Limit, time));
}
