using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using WorkflowLifecycle.Cleanup.Watching;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Recovery;
using WorkflowLifecycle.Registry;
using WorkflowLifecycle.Signs;

namespace WorkflowLifecycle.Launching;

/// <summary>Makes the monitor of each run that this host holds.</summary>
internal sealed class RunMonitors(
    RunUpdater updater,
    RunFinisher finisher,
    MainExits mainExits,
    RunSigns signs,
    LiveOutputs outputs,
    ResourceWatch watch,
    IRedactor redactor,
    IOptions<WorkflowLifecycleOptions> options,
    TimeProvider timeProvider,
    ILogger<RunMonitor> logger)
{
    public RunMonitor Create(RunId runId, IHeldRun held, HostOutput? output, ReadinessSource declared, IReadOnlyList<string> cleaners)
    {
        SignWatch signWatch = new(runId, declared, signs, updater, redactor, timeProvider, logger);
        RunMonitor monitor = new(runId, held, output, signWatch, watch, finisher, mainExits, options.Value.OutputDrainLimit, timeProvider, logger);
        if (output is not null)
        {
            outputs.Keep(runId, output, monitor.Result);
        }

        watch.Add(runId, cleaners);
        return monitor;
    }
}
