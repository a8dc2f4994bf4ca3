using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using WorkflowLifecycle.Hosting;
using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle.Shutdown;

/// <summary>Runs the command by which a program is told to leave: a run of its own, so that it is known and ended like any other.</summary>
internal sealed class TerminationCommand(IServiceProvider services, IContainmentPlatform platform, HostRuns hostRuns)
{
    public const string MainPidVariable = "MAINPID";
    public const string TargetVariable = "WORKFLOW_LIFECYCLE_TARGET_RUN_ID";

    /// <summary>Runs it to its end, or ends it with the token.</summary>
    /// <returns>What became of it, in words.</returns>
    public async Task<string> RunAsync(RunRecord run, TerminationStep step, CancellationToken cancellationToken)
    {
        // Who may write the row could otherwise choose what root executes.
        if (run.HostUser != platform.User.Subject)
        {
            return $"not available here: it is run only as {run.HostUser}, who launched the run";
        }

        // The row says who launched the run, and a row may be in a store that somebody else made. What is launched in this process is known
        // without it.
        if (platform.User.IsPrivileged && hostRuns.Live.All(live => live.RunId != run.RunId))
        {
            return "not available here: as root it is run only in the process that launched the run";
        }

        RunId runId = RunId.New();
        using IDisposable expected = hostRuns.Expect(runId);
        LaunchRequest request = new(step.Text!, step.Arguments)
        {
            RunId = runId,
            Workflow = run.Workflow,
            Owner = run.Owner,
            WorkingDirectory = run.WorkingDirectory,
            Output = OutputMode.Discard,
            OnHostExit = OnHostExit.Kill,
            Environment = new Dictionary<string, string?>
            {
                [MainPidVariable] = run.Root?.Pid.ToString(CultureInfo.InvariantCulture),
                [TargetVariable] = run.RunId.Value,
            },
        };
        try
        {
            // Asked for here and not at the beginning: who launches also ends.
            ITrackedProcessLauncher launcher = services.GetRequiredService<ITrackedProcessLauncher>();
            RunResult result = await launcher.RunAsync(request, cancellationToken: cancellationToken).ConfigureAwait(false);
            return result.ExitCode is { } code ? $"exit code {code}" : $"ended by signal {result.ExitSignal}";
        }
        catch (OperationCanceledException)
        {
            return "ended before it was done";
        }
        catch (WorkflowLifecycleException exception)
        {
            return exception.Message;
        }
        catch (Exception exception)
        {
            // A step of the row that no launch takes, or a host that is about to be gone: the ladder goes on.
            return $"not run ({exception.GetType().Name})";
        }
    }
}
