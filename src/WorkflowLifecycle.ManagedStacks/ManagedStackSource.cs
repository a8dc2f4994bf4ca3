namespace WorkflowLifecycle.ManagedStacks;

/// <summary>What the managed threads of a run's .NET processes are executing.</summary>
internal sealed class ManagedStackSource(TimeProvider? timeProvider = null) : IEvidenceSource
{
    // Whoever has answered by then is in time.
    private const double Share = 0.88;

    private const int MostProcesses = 20;
    private const int MostAtOnce = 8;
    private const int MostLines = 950;

    // The runtime names the threads that it has for itself, whatever the program is called and however it was published.
    private const string ThreadPrefix = ".NET ";

    private readonly TimeProvider _timeProvider = timeProvider ?? TimeProvider.System;

    public string Name => "managed-stacks";

    public async Task<IReadOnlyList<string>> CaptureAsync(EvidenceContext context, CancellationToken cancellationToken)
    {
        using CancellationTokenSource time = new(context.Ceiling * Share, _timeProvider);
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(time.Token, cancellationToken);

        // Left to whoever hangs: it holds nothing that must be given back.
        SemaphoreSlim places = new(MostAtOnce);
        ProcessSnapshot[] managed = [.. context.ListProcesses().Where(process => context.ListThreadNames(process.Pid).Any(name => name.StartsWith(ThreadPrefix, StringComparison.Ordinal)))];
        if (managed.Length == 0)
        {
            return [];
        }

        (ProcessSnapshot Process, Task<ProcessStacks> Taking)[] asked = [.. managed.Take(MostProcesses).Select(process => (process, TakeAsync(process, places, end.Token)))];
        await Task.WhenAll(asked.Select(Task (one) => one.Taking)).WaitAsync(end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        HashSet<(int Pid, ulong StartTicks)> present = [.. context.ListProcesses().Select(process => (process.Pid, process.StartTicks))];
        List<string> lines = [];
        foreach ((ProcessSnapshot process, Task<ProcessStacks> taking) in asked)
        {
            ProcessStacks stacks = taking.IsCompletedSuccessfully ? taking.Result : ProcessStacks.Late;

            // Whoever has the number of one that is gone was not meant.
            lines.AddRange((present.Contains((process.Pid, process.StartTicks)) ? stacks : ProcessStacks.Gone).Describe(process, MostLines / asked.Length));
        }

        if (managed.Length > MostProcesses)
        {
            lines.Add("not asked, since they are too many: " + string.Join(", ", managed.Skip(MostProcesses).Select(process => $"{process.Pid} {process.Name}")));
        }

        return lines;
    }

    private async Task<ProcessStacks> TakeAsync(ProcessSnapshot process, SemaphoreSlim places, CancellationToken end)
    {
        await places.WaitAsync(end).ConfigureAwait(false);
        try
        {
            // On a thread of its own: to find its port, files of the process are read, and whoever holds its memory's lock makes their readers wait.
            return await Task.Factory.StartNew(
                () => ProcessStacks.TakeAsync(process.Pid, _timeProvider, end), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap().ConfigureAwait(false);
        }
        finally
        {
            places.Release();
        }
    }
}
