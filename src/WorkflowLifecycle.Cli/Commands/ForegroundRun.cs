namespace WorkflowLifecycle.Cli.Commands;

/// <summary>A run in the foreground: output passed on, interrupts answered, the program's exit code returned.</summary>
internal sealed class ForegroundRun(CliContext context, OpenStore opened)
{
    // What is still in the pipes after an interrupt or a kill; a reader that has stopped reading is not waited for longer.
    private static readonly TimeSpan LastOutput = TimeSpan.FromSeconds(2);

    private readonly Announcer _announcer = new(context.Console, context.Time);

    public async Task<int> ExecuteAsync(LaunchRequest request)
    {
        context.Interrupts.HandlesSecond = true;
        ITrackedProcess process = await opened.Session.Launcher.LaunchAsync(request with { Output = OutputMode.Stream }, context.Interrupts.First).ConfigureAwait(false);
        await using (process.ConfigureAwait(false))
        {
            SayHowToEnd(process);
            Task<RunResult> ended = process.WaitForExitAsync(CancellationToken.None);
            Task[] passing =
            [
                OutputPump.RunAsync(process.StandardOutput, context.Console.OpenOut()),
                OutputPump.RunAsync(process.StandardError, context.Console.OpenError()),
            ];
            int exitCode = await FollowAsync(process, ended, passing).ConfigureAwait(false);
            await _announcer.FinishAsync().ConfigureAwait(false);
            return exitCode;
        }
    }

    private async Task<int> FollowAsync(ITrackedProcess process, Task<RunResult> ended, Task[] pumps)
    {
        Task interrupted = Signalled(context.Interrupts.First);
        Task passing = Task.WhenAll(pumps);
        Task<Task> broken = FaultOf(pumps);
        await Task.WhenAny(ended, interrupted, broken).ConfigureAwait(false);
        if (interrupted.IsCompleted)
        {
            await EndAsync(process, "Interrupted at the command line.", ended).ConfigureAwait(false);
            await DrainAsync(passing.WaitAsync(LastOutput, context.Time)).ConfigureAwait(false);
            return ExitCodes.Interrupted;
        }

        if (broken.IsCompleted)
        {
            // A pipe has only one way to tell its writer of a failure, and that one says something else.
            _announcer.Say($"Ending {process.RunId}: its output cannot be passed on.");
            if (!await EndAsync(process, "Its output cannot be passed on.", ended).ConfigureAwait(false))
            {
                return ExitCodes.KillUnconfirmed;
            }
        }

        RunResult result = await ended.ConfigureAwait(false);
        Task drained = DrainAsync(result.KillId is null ? passing : passing.WaitAsync(LastOutput, context.Time));
        if (await Task.WhenAny(drained, interrupted).ConfigureAwait(false) != drained)
        {
            return ExitCodes.Interrupted;
        }

        SayHowItEnded(result);
        int exitCode = ExitCodes.OfProgram(result.ExitCode, result.ExitSignal);
        return LostOutput(pumps) && exitCode == ExitCodes.Ok ? ExitCodes.Failed : exitCode;
    }

    // The program may have been done by then, and know of no failure; its caller must not take what arrived for all of it.
    private bool LostOutput(Task[] pumps)
    {
        if (pumps.FirstOrDefault(pump => pump.IsFaulted)?.Exception is not { } fault)
        {
            return false;
        }

        _announcer.Say($"Output was lost: {fault.GetBaseException().Message}");
        return true;
    }

    /// <summary>Ends the run gracefully, and at once on a second interrupt.</summary>
    /// <returns>True when it is over.</returns>
    private async Task<bool> EndAsync(ITrackedProcess process, string reason, Task<RunResult> ended)
    {
        if (context.Interrupts.First.IsCancellationRequested)
        {
            _announcer.Say($"Ending {process.RunId} gracefully. Press Ctrl-C again to end it at once.");
        }

        // The program's output goes on meanwhile: a line for each change, and none that is written anew.
        KillWaits waits = new(opened.Session, [process.RunId], (_, work) => SayWhatIsWaitedFor(work));
        await using (waits.ConfigureAwait(false))
        {
            return await EndByKillAsync(process, reason, ended).ConfigureAwait(false);
        }
    }

    private async Task<bool> EndByKillAsync(ITrackedProcess process, string reason, Task<RunResult> ended)
    {
        Task<KillReport> graceful = KillAsync(process.RunId, reason, KillMode.Graceful);
        Task insisted = Signalled(context.Interrupts.Second);
        Task first = await Task.WhenAny(graceful, ended, insisted).ConfigureAwait(false);
        Task<KillReport> kill = graceful;
        if (first == insisted)
        {
            _announcer.Say($"Ending {process.RunId} at once.");
            kill = KillAsync(process.RunId, reason + " Insisted on.", KillMode.Emergency);
        }

        KillReport report = await kill.ConfigureAwait(false);
        if (report.Outcome is KillOutcome.KillUnconfirmed or KillOutcome.Denied)
        {
            _announcer.Say($"{process.RunId} is not ended: {report.Outcome}. {report.Message}");
            _announcer.Say($"Try: {opened.Choice.Command("kill", process.RunId.Value, "--emergency", "--reason", reason)}");
            return false;
        }

        return true;
    }

    private void SayWhatIsWaitedFor(string work)
    {
        if (work.Length > 0)
        {
            _announcer.Say($"Waiting for {work}.");
        }
    }

    private Task<KillReport> KillAsync(RunId runId, string reason, KillMode mode) =>
        opened.Session.Kills.KillAsync(runId, new KillRequest(reason, context.Sessions.Caller) { Mode = mode, Door = "cli" }, CancellationToken.None);

    // The streams of a program in a pipeline are its own; only somebody who watches gets our line among them.
    private void SayHowToEnd(ITrackedProcess process)
    {
        if (context.Console.ErrorIsTerminal)
        {
            _announcer.Say(
                $"{process.RunId} runs ({process.Strength}). Ctrl-C ends it; from elsewhere: " +
                opened.Choice.Command("kill", process.RunId.Value, "--reason", "why it ends"));
        }
    }

    private void SayHowItEnded(RunResult result)
    {
        if (result.KillId is not null)
        {
            _announcer.Say($"{result.RunId} was ended by a kill. Who and why: {opened.Choice.Command("audit", result.RunId.Value)}");
        }
        else if (result.State == RunState.EndedUnproven)
        {
            _announcer.Say($"{result.RunId} is over, but nothing proves that its whole tree is: {opened.Choice.Command("show", result.RunId.Value)}");
        }

        if (result.Leftovers > 0)
        {
            _announcer.Say($"{Words.Count(result.Leftovers, "process", "processes")} that the program left behind ended with it.");
        }
    }

    // What became of the output is asked afterwards; here it is only over, or not waited for any longer.
    private static async Task DrainAsync(Task passing) => await passing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    // The first of them: the others may go on for as long as the program does.
    private static Task<Task> FaultOf(Task[] tasks)
    {
        TaskCompletionSource<Task> fault = new(TaskCreationOptions.RunContinuationsAsynchronously);
        foreach (Task task in tasks)
        {
            _ = task.ContinueWith(fault.TrySetResult, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        }

        return fault.Task;
    }

    private static Task Signalled(CancellationToken token)
    {
        TaskCompletionSource signalled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        token.UnsafeRegister(_ => signalled.TrySetResult(), null);
        return signalled.Task;
    }
}
