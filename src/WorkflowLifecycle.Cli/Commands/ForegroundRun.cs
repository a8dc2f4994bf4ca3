namespace WorkflowLifecycle.Cli.Commands;

/// <summary>A run in the foreground: output passed on, interrupts answered, the program's exit code returned.</summary>
internal sealed class ForegroundRun(CliContext context, OpenStore opened)
{
    // What is still in the pipes when somebody interrupts; a reader that has stopped reading is not waited for longer.
    private static readonly TimeSpan LastOutput = TimeSpan.FromSeconds(2);

    public async Task<int> ExecuteAsync(LaunchRequest request)
    {
        context.Interrupts.HandlesSecond = true;
        ITrackedProcess process = await opened.Session.Launcher.LaunchAsync(request, context.Interrupts.First).ConfigureAwait(false);
        await using (process.ConfigureAwait(false))
        {
            SayHowToEnd(process);
            Task<RunResult> ended = process.WaitForExitAsync(CancellationToken.None);
            OutputPump pump = new(context.Console.OpenOut(), context.Console.OpenError(), context.Time);

            // On a thread of its own: writing to a reader that is slow blocks, and must not keep an interrupt waiting.
            Task passing = Task.Run(() => pump.RunAsync(process), CancellationToken.None);
            return await FollowAsync(process, ended, passing).ConfigureAwait(false);
        }
    }

    private async Task<int> FollowAsync(ITrackedProcess process, Task<RunResult> ended, Task passing)
    {
        Task interrupted = Signalled(context.Interrupts.First);
        Task<Task> broken = FaultOf(passing);
        await Task.WhenAny(ended, interrupted, broken).ConfigureAwait(false);
        if (interrupted.IsCompleted)
        {
            await EndAsync(process, "Interrupted at the command line.", ended).ConfigureAwait(false);
            await DrainAsync(passing.WaitAsync(LastOutput, context.Time)).ConfigureAwait(false);
            return ExitCodes.Interrupted;
        }

        if (broken.IsCompleted)
        {
            // As a shell would: a program whose reader is gone has nobody to work for.
            Exception? fault = passing.Exception?.GetBaseException();
            context.Console.Say(fault is IOException { HResult: StandardStream.BrokenPipe }
                ? $"Nobody reads the output any more; ending {process.RunId}."
                : $"The output cannot be passed on ({fault?.Message}); ending {process.RunId}.");
            if (!await EndAsync(process, "Its output cannot be passed on.", ended).ConfigureAwait(false))
            {
                return ExitCodes.KillUnconfirmed;
            }
        }

        RunResult result = await ended.ConfigureAwait(false);
        await DrainAsync(passing).ConfigureAwait(false);
        SayHowItEnded(result);
        return ExitCodes.OfProgram(result.ExitCode, result.ExitSignal);
    }

    /// <summary>Ends the run gracefully, and at once on a second interrupt.</summary>
    /// <returns>True when it is over.</returns>
    private async Task<bool> EndAsync(ITrackedProcess process, string reason, Task<RunResult> ended)
    {
        if (context.Interrupts.First.IsCancellationRequested)
        {
            context.Console.Say($"Ending {process.RunId} gracefully. Press Ctrl-C again to end it at once.");
        }

        Task<KillReport> graceful = KillAsync(process.RunId, reason, KillMode.Graceful);
        Task insisted = Signalled(context.Interrupts.Second);
        Task first = await Task.WhenAny(graceful, ended, insisted).ConfigureAwait(false);
        Task<KillReport> kill = graceful;
        if (first == insisted)
        {
            context.Console.Say($"Ending {process.RunId} at once.");
            kill = KillAsync(process.RunId, reason + " Insisted on.", KillMode.Emergency);
        }

        KillReport report = await kill.ConfigureAwait(false);
        if (report.Outcome is KillOutcome.KillUnconfirmed or KillOutcome.Denied)
        {
            context.Console.Say($"{process.RunId} is not ended: {report.Outcome}. {report.Message}");
            context.Console.Say($"Try: {opened.Choice.Command("kill", process.RunId.Value, "--emergency", "--reason", reason)}");
            return false;
        }

        return true;
    }

    private Task<KillReport> KillAsync(RunId runId, string reason, KillMode mode) =>
        opened.Session.Kills.KillAsync(runId, new KillRequest(reason, context.Sessions.Caller) { Mode = mode, Door = "cli" }, CancellationToken.None);

    // The streams of a program in a pipeline are its own; only somebody who watches gets our line among them.
    private void SayHowToEnd(ITrackedProcess process)
    {
        if (context.Console.ErrorIsTerminal)
        {
            context.Console.Say(
                $"{process.RunId} runs ({process.Strength}). Ctrl-C ends it; from elsewhere: " +
                opened.Choice.Command("kill", process.RunId.Value, "--reason", "why it ends"));
        }
    }

    private void SayHowItEnded(RunResult result)
    {
        if (result.KillId is not null)
        {
            context.Console.Say($"{result.RunId} was ended by a kill. Who and why: {opened.Choice.Command("audit", result.RunId.Value)}");
        }
        else if (result.State == RunState.EndedUnproven)
        {
            context.Console.Say($"{result.RunId} is over, but nothing proves that its whole tree is: {opened.Choice.Command("show", result.RunId.Value)}");
        }

        if (result.Leftovers > 0)
        {
            context.Console.Say($"{Words.Count(result.Leftovers, "process", "processes")} that the program left behind ended with it.");
        }
    }

    private static async Task DrainAsync(Task passing)
    {
        try
        {
            await passing.ConfigureAwait(false);
        }
        catch (Exception expected) when (expected is IOException or TimeoutException)
        {
            // The reader of our output is gone or asleep, which was said where it mattered; the exit code says how the run ended.
            return;
        }
    }

    private static Task<Task> FaultOf(Task task)
    {
        TaskCompletionSource<Task> fault = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = task.ContinueWith(fault.SetResult, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        return fault.Task;
    }

    private static Task Signalled(CancellationToken token)
    {
        TaskCompletionSource signalled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        token.UnsafeRegister(_ => signalled.TrySetResult(), null);
        return signalled.Task;
    }
}
