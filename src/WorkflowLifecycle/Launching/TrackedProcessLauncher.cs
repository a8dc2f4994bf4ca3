using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using WorkflowLifecycle.Auditing;
using WorkflowLifecycle.Cleanup;
using WorkflowLifecycle.CriticalSections;
using WorkflowLifecycle.Hosting;
using WorkflowLifecycle.Permissions;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Registry;
using WorkflowLifecycle.Shutdown;
using WorkflowLifecycle.Signs;
using WorkflowLifecycle.Steps;
using WorkflowLifecycle.Telemetry;

namespace WorkflowLifecycle.Launching;

/// <summary>The launch gate: row, containment, identity, go.</summary>
internal sealed class TrackedProcessLauncher(
    StoreStart start,
    StoreHost host,
    IProcessStore store,
    StepWriter steps,
    IContainmentPlatform platform,
    IOptions<WorkflowLifecycleOptions> options,
    RunUpdater updater,
    RunMonitors monitors,
    HostRuns hostRuns,
    IKillCoordinator kills,
    IRedactor redactor,
    AuditDrafts audit,
    StrengthNotice strengthNotice,
    AdoptionLauncher adoption,
    ShutdownPhases phases,
    ResourceCleaners cleaners,
    RunProvisioner provisioner,
    LaunchFailures failures,
    SectionEntrance sections,
    StandardInputs inputs,
    LifecycleTelemetry telemetry,
    TimeProvider timeProvider,
    ILogger<TrackedProcessLauncher> logger) : ITrackedProcessLauncher
{
    public async Task<ITrackedProcess> LaunchAsync(LaunchRequest request, CancellationToken cancellationToken = default)
    {
        LaunchRequestCheck.Check(request, options.Value.RequireReadiness);
        _ = cleaners.Select(request);
        RunId runId = request.RunId ?? RunId.New();
        using Activity? activity = LifecycleTelemetry.Start("launch", runId);
        try
        {
            using IDisposable launching = hostRuns.BeginLaunch(runId);
            ITrackedProcess process = await LaunchAsync(request, runId, cancellationToken).ConfigureAwait(false);
            activity?.SetTag("process.pid", process.Identity.Pid);
            telemetry.Launched(succeeded: true);
            return process;
        }
        catch (Exception exception)
        {
            activity?.SetStatus(ActivityStatusCode.Error, exception.GetType().Name);
            telemetry.Launched(succeeded: false);
            Log.LaunchFailed(logger, runId, redactor.RedactText(exception.Message));
            throw;
        }
    }

    public async Task<RunResult> RunAsync(LaunchRequest request, Action<OutputLine>? onOutput = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Output == OutputMode.Stream)
        {
            throw new ArgumentException("Here nobody can read the streams of Output = Stream, and the program would wait for ever. Use LaunchAsync, or Output = Capture.", nameof(request));
        }

        ITrackedProcess process = await LaunchAsync(request, cancellationToken).ConfigureAwait(false);
        await using (process.ConfigureAwait(false))
        {
            try
            {
                if (onOutput is not null)
                {
                    await foreach (OutputLine line in process.ReadOutputLinesAsync(cancellationToken).ConfigureAwait(false))
                    {
                        onOutput(line);
                    }
                }

                return await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                string reason = exception is OperationCanceledException ? "the caller cancelled the run" : "the caller's output handler failed";
                KillReport report = await EndOwnAsync(process.RunId, reason).ConfigureAwait(false);
                if (report.Outcome is KillOutcome.Denied or KillOutcome.KillUnconfirmed)
                {
                    // "Cancelled" would say that the run is over.
                    throw new RunNotEndedException(report, exception);
                }

                cancellationToken.ThrowIfCancellationRequested();
                throw;
            }
        }
    }

    public Task<IReadOnlyList<AdoptCandidate>> FindAdoptableAsync(string text, CancellationToken cancellationToken = default) =>
        adoption.FindAsync(text, cancellationToken);

    public Task<AdoptCandidate> PreviewAdoptionAsync(AdoptToken token, bool includeSession = false, CancellationToken cancellationToken = default) =>
        adoption.PreviewAsync(token, includeSession, cancellationToken);

    public Task<ITrackedProcess> AdoptAsync(ProcessIdentity root, AdoptRequest request, CancellationToken cancellationToken = default) =>
        adoption.AdoptAsync(root, request, cancellationToken);

    private async Task<KillReport> EndOwnAsync(RunId runId, string reason)
    {
        KillRequest kill = new(reason, WorkflowPrincipal.Host(options.Value.HostName));
        try
        {
            return await kills.KillAsync(runId, kill, CancellationToken.None).ConfigureAwait(false);
        }
        catch (StoreUnavailableException)
        {
            // Without a store there is no graceful kill, and leaving the tree behind is not what a cancelled call means.
            return await kills.KillAsync(runId, kill with { Mode = KillMode.Emergency }, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async Task<ITrackedProcess> LaunchAsync(LaunchRequest request, RunId runId, CancellationToken cancellationToken)
    {
        OnHostExit onHostExit = request.OnHostExit ?? options.Value.OnHostExit;
        if (onHostExit == OnHostExit.Keep && request.Output is OutputMode.Capture or OutputMode.Stream)
        {
            throw new KeepNotAvailableException("A run that outlives its host cannot write to the host. Set Output to Files or Discard, or OnHostExit to Kill.");
        }

        ContainmentSpec spec = platform.Resolve(Specify(request, runId, onHostExit));
        await start.EnsureAsync(cancellationToken).ConfigureAwait(false);
        host.Announce();
        await RequireStrengthAsync(request, onHostExit, cancellationToken).ConfigureAwait(false);
        RunRecord row = await RegisterAsync(request, spec, cancellationToken).ConfigureAwait(false);
        Provision provision = new();
        try
        {
            await provisioner.ProvideAsync(row, request, provision, cancellationToken).ConfigureAwait(false);
            ContainmentSpec provided = spec with
            {
                Environment = provision.Over(spec.Environment),
                StampedFrom = cleaners.WatchersOf(row.Cleaners).Count == 0 ? null : row.CreatedAt,
            };
            return await StartAsync(request, provided, provision, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            FailedLaunch failed = new(row with { Resources = provision.Resources }, redactor.RedactText(exception.Message), exception, provision.Unanswered);
            try
            {
                await failures.RecordAsync(failed).ConfigureAwait(false);
            }
            catch (StoreUnavailableException)
            {
                // The caller is told what went wrong first; the row follows when the store is back.
                _ = Task.Run(() => StoreReturn.WriteAsync(runId, () => failures.RecordAsync(failed), timeProvider, logger), CancellationToken.None);
            }

            throw;
        }
    }

    private ContainmentSpec Specify(LaunchRequest request, RunId runId, OnHostExit onHostExit) => new()
    {
        RunId = runId,
        InternalId = Guid.NewGuid().ToString("N"),
        Store = store.Location,
        LaunchedBy = WorkflowPrincipal.HostSubject(options.Value.HostName),
        ParentRun = request.ParentRun,
        Program = request.Program,
        Arguments = [request.Program, .. request.Arguments],
        WorkingDirectory = request.WorkingDirectory ?? Environment.CurrentDirectory,
        Environment = ChildEnvironment.Build(request, runId),
        Input = request.Input,
        InputFile = request.InputFile,
        Output = request.Output,
        OnHostExit = onHostExit,
        Hardening = request.Hardening,
        LeftoverGrace = request.Leftovers == LeftoverPolicy.Keep ? Timeout.InfiniteTimeSpan : options.Value.LeftoverGrace,
        OutputFileCap = options.Value.OutputFileCap,
        OutputFilesKept = options.Value.OutputFilesKept,
    };

    private async Task RequireStrengthAsync(LaunchRequest request, OnHostExit onHostExit, CancellationToken cancellationToken)
    {
        ContainmentAbility ability = await platform.ProbeAsync(cancellationToken).ConfigureAwait(false);
        strengthNotice.Tell(ability);
        if (onHostExit == OnHostExit.Keep && ability.KeepProblem is { } problem)
        {
            throw new KeepNotAvailableException(problem);
        }

        ContainmentStrength minimum = request.MinimumStrength ?? options.Value.MinimumStrength;
        if (ability.Strength < minimum)
        {
            throw new LaunchFailedException(
                LaunchStage.Containment, $"The strength here is {ability.Strength}, and {minimum} was asked for. {ability.Why} Lower MinimumStrength, or see 'workflowctl doctor'.");
        }
    }

    // Step 1 of the gate: from here on a crash leaves a row.
    private async Task<RunRecord> RegisterAsync(LaunchRequest request, ContainmentSpec spec, CancellationToken cancellationToken)
    {
        using Activity? activity = LifecycleTelemetry.Start("launch.register");
        string subject = WorkflowPrincipal.HostSubject(options.Value.HostName);
        RunRecord row = new()
        {
            RunId = spec.RunId,
            InternalId = spec.InternalId,
            State = RunState.Launching,
            Workflow = request.Workflow,
            Session = request.Session,
            Owner = request.Owner,
            OwnerSubject = ClaimSubject.OwnerOf(request.LaunchedBy, options.Value.OwnerClaimType),
            LaunchedBy = subject,
            HostUser = platform.User.Subject,
            ParentRun = request.ParentRun,
            Program = spec.Program,
            Arguments = redactor.RedactArguments(request.Arguments),
            WorkingDirectory = spec.WorkingDirectory,
            OnHostExit = spec.OnHostExit,
            Output = spec.Output,
            Readiness = request.Readiness?.Source ?? ReadinessSource.Undeclared,
            Phases = phases.Names,
            Termination = request.Termination == TerminationLadder.Default ? null : request.Termination,
            Leftovers = request.Leftovers,
            Cleaners = cleaners.Select(request),
            Host = platform.Self,
            CreatedAt = timeProvider.GetUtcNow(),
        };
        string actor = request.LaunchedBy is null ? subject : PrincipalSubject.Of(request.LaunchedBy, options.Value.OwnerClaimType);
        AuditDraft entry = audit.Of(AuditStages.Launch, spec.RunId, actor, details: [("program", row.Program), ("onHostExit", spec.OnHostExit.ToString())]);
        await updater.AddAsync(PersistedStep.RunRegistered, row, entry, cancellationToken).ConfigureAwait(false);
        return row;
    }

    private async Task<ITrackedProcess> StartAsync(LaunchRequest request, ContainmentSpec spec, Provision provision, CancellationToken cancellationToken)
    {
        IPreparedRun prepared = await PrepareAsync(spec, cancellationToken).ConfigureAwait(false);
        await using (prepared.ConfigureAwait(false))
        {
            // Step 2: who holds the tree is durable before there is a tree.
            await CommitStepAsync(spec.RunId, run => run with { Containment = prepared.Containment, Resources = provision.Resources }, CommitDurability.Machine, cancellationToken).ConfigureAwait(false);
            await RequireParentAsync(request.ParentRun, cancellationToken).ConfigureAwait(false);
            hostRuns.RequireOpen(spec.RunId);
            // From here on the program may run: no caller's token may leave it without its monitor.
            cancellationToken.ThrowIfCancellationRequested();
            IHeldRun held = await GoAsync(prepared).ConfigureAwait(false);
            PatternWatch? pattern = request.Readiness?.Pattern is { } regex ? new PatternWatch(regex, () => Log.OutputNotSearched(logger, spec.RunId)) : null;
            HostOutput? output = spec.Output switch
            {
                OutputMode.Capture => new OutputCapture(held, prepared.Containment.RunDirectory, pattern),
                OutputMode.Stream => new OutputStreams(held, timeProvider, pattern),
                _ => null,
            };
            RunMonitor monitor = monitors.Create(spec.RunId, held, output, request.Readiness?.Source ?? ReadinessSource.Undeclared, cleaners.Select(request));
            inputs.Keep(spec.RunId, held.StandardInput, monitor.Result);
            await RecordStartAsync(spec.RunId, held).ConfigureAwait(false);
            monitor.Start();
            hostRuns.Add(spec.RunId, spec.OnHostExit, request.ParentRun, monitor.Result);
            Log.Launched(logger, spec.RunId, spec.Program, held.Root.Pid, prepared.Containment.Strength);
            return new TrackedProcess(spec.RunId, held, prepared.Containment.Strength, monitor, output, sections);
        }
    }

    private async Task<IPreparedRun> PrepareAsync(ContainmentSpec spec, CancellationToken cancellationToken)
    {
        using Activity? activity = LifecycleTelemetry.Start("launch.prepare");
        return await steps.TakeAsync(PersistedStep.ContainmentPrepared, () => platform.PrepareAsync(spec, cancellationToken)).ConfigureAwait(false);
    }

    private async Task<IHeldRun> GoAsync(IPreparedRun prepared)
    {
        using Activity? activity = LifecycleTelemetry.Start("launch.go");
        return await steps.TakeAsync(PersistedStep.GateOpened, () => prepared.GoAsync(CancellationToken.None)).ConfigureAwait(false);
    }

    private async Task CommitStepAsync(RunId runId, Func<RunRecord, RunRecord> change, CommitDurability durability, CancellationToken cancellationToken)
    {
        (RunRecord? run, bool changed) = await updater.UpdateAsync(
            PersistedStep.ContainmentRecorded, runId, row => row.State == RunState.Launching ? new StoreCommit { UpdateRun = change(row) } : null, durability, cancellationToken).ConfigureAwait(false);
        if (!changed)
        {
            throw new LaunchFailedException(LaunchStage.Spawn, $"Run {runId} was ended before it started: it is {run?.State.Name ?? "gone"}. Launch a new run.");
        }
    }

    // The launch fence: a kill of the parent marks it as stopping before it lists its child runs, and we look after our row is there,
    // so either that list has us or this look sees the mark.
    private async Task RequireParentAsync(RunId? parentId, CancellationToken cancellationToken)
    {
        if (parentId is not { } id)
        {
            return;
        }

        RunRecord parent = await store.FindRunAsync(id, cancellationToken).ConfigureAwait(false) ?? throw new RunNotFoundException(id, store.Location);
        if (parent.State.IsFinal || parent.State == RunState.Stopping || parent.State == RunState.KillUnconfirmed)
        {
            throw new LaunchFailedException(LaunchStage.Spawn, $"The parent run {id} is {parent.State}: nothing more is launched under it. Launch without a parent, or under another.");
        }
    }

    private async Task RecordStartAsync(RunId runId, IHeldRun held)
    {
        try
        {
            await WriteStartAsync(runId, held).ConfigureAwait(false);
        }
        catch (StoreUnavailableException exception)
        {
            // The program runs, and the row says by what it is held: that is enough to find and end it.
            Log.WatchFailed(logger, runId, exception);
        }
    }

    private async Task WriteStartAsync(RunId runId, IHeldRun held) =>
        await updater.UpdateAsync(
            PersistedStep.StartRecorded,
            runId,
            run => run.State == RunState.Launching || run.Root is null
                ? new StoreCommit
                {
                    UpdateRun = run with
                    {
                        State = run.State == RunState.Launching ? RunState.Initializing : run.State,
                        Root = held.Root,
                        StartedAt = timeProvider.GetUtcNow(),
                    },
                }
                : null,
            CommitDurability.Process,
            CancellationToken.None).ConfigureAwait(false);
}
