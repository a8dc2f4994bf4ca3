using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using WorkflowLifecycle.Auditing;
using WorkflowLifecycle.Cleanup;
using WorkflowLifecycle.CriticalSections;
using WorkflowLifecycle.Hosting;
using WorkflowLifecycle.Permissions;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Redaction;
using WorkflowLifecycle.Registry;
using WorkflowLifecycle.Shutdown;
using WorkflowLifecycle.Steps;
using WorkflowLifecycle.Telemetry;

namespace WorkflowLifecycle.Launching;

/// <summary>Makes runs of trees that somebody else started: look, row, containment, hold.</summary>
internal sealed class AdoptionLauncher(
    StoreStart start,
    StoreHost host,
    IProcessStore store,
    StepWriter steps,
    IContainmentPlatform platform,
    ShutdownPhases phases,
    ResourceCleaners cleaners,
    SectionEntrance sections,
    IOptions<WorkflowLifecycleOptions> options,
    RunUpdater updater,
    RunMonitors monitors,
    HostRuns hostRuns,
    IRedactor redactor,
    AuditDrafts audit,
    TimeProvider timeProvider,
    ILogger<AdoptionLauncher> logger)
{
    private const int ShortestText = 3;
    private const int MostTokens = 1000;

    public async Task<IReadOnlyList<AdoptCandidate>> FindAsync(string text, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Trim().Length < ShortestText)
        {
            throw new ArgumentException($"The text to look for has {ShortestText} characters at least; anything shorter is in every command line. Name more of it.", nameof(text));
        }

        await start.EnsureAsync(cancellationToken).ConfigureAwait(false);
        List<AdoptCandidate> found = [];
        foreach (AdoptCandidate candidate in await Task.Run(() => platform.Adopter.Find(text, cancellationToken), cancellationToken).ConfigureAwait(false))
        {
            found.Add(Redact(await ReconcileAsync(candidate, cancellationToken).ConfigureAwait(false)));
        }

        return found;
    }

    public async Task<AdoptCandidate> PreviewAsync(AdoptToken token, bool includeSession, CancellationToken cancellationToken) =>
        Redact(await LookAsync(token, includeSession, cancellationToken).ConfigureAwait(false));

    public async Task<ITrackedProcess> AdoptAsync(ProcessIdentity root, AdoptRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(root);
        LaunchRequestCheck.CheckAdoption(request);
        _ = cleaners.Select(request.Cleaners);
        string actor = RequireLocal(request);
        AdoptCandidate candidate = await LookAsync(AdoptToken.Of(root), request.IncludeSession, cancellationToken).ConfigureAwait(false);
        AdoptionSpec spec = new()
        {
            RunId = request.RunId ?? RunId.New(),
            InternalId = Guid.NewGuid().ToString("N"),
            Root = candidate.Root,
            IncludeSession = request.IncludeSession,
            MinimumStrength = request.MinimumStrength ?? options.Value.MinimumStrength,
        };
        if (candidate is { RefusedAs: { } failure, Refusal: { } refusal })
        {
            await RecordRefusalAsync(candidate, spec.RunId, request, actor, refusal, cancellationToken).ConfigureAwait(false);
            throw new AdoptFailedException(failure, refusal);
        }

        host.Announce();
        await RegisterAsync(candidate, spec, request, actor, cancellationToken).ConfigureAwait(false);
        try
        {
            return await HoldAsync(spec, request, actor, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Log.AdoptionFailed(logger, spec.RunId, exception.Message);
            try
            {
                await RecordFailureAsync(spec.RunId, actor, exception).ConfigureAwait(false);
            }
            catch (StoreUnavailableException)
            {
                // The caller is told what went wrong first; the row follows when the store is back.
                _ = Task.Run(() => StoreReturn.WriteAsync(spec.RunId, () => RecordFailureAsync(spec.RunId, actor, exception), timeProvider, logger), CancellationToken.None);
            }

            throw;
        }
    }

    private async Task<AdoptCandidate> LookAsync(AdoptToken token, bool includeSession, CancellationToken cancellationToken)
    {
        await start.EnsureAsync(cancellationToken).ConfigureAwait(false);
        AdoptCandidate candidate = await Task.Run(() => platform.Adopter.Look(token, includeSession), cancellationToken).ConfigureAwait(false);
        return await ReconcileAsync(candidate, cancellationToken).ConfigureAwait(false);
    }

    // A mark in the environment outlives the run that set it: only a live one counts, which may have lost whatever held it.
    private async Task<AdoptCandidate> ReconcileAsync(AdoptCandidate candidate, CancellationToken cancellationToken) =>
        candidate is { TrackedBy: null, StartedUnder: { } mark }
        && await store.FindRunAsync(mark, cancellationToken).ConfigureAwait(false) is { State.IsFinal: false } run && run.Host.HostId == platform.Self.HostId
            ? candidate with { TrackedBy = mark, RefusedAs = candidate.RefusedAs ?? AdoptFailure.AlreadyTracked, Refusal = candidate.Refusal ?? $"Process {candidate.Root.Pid} is of run {mark}, which is {run.State}. To end it: 'workflowctl kill {mark}'." }
            : candidate;

    private AdoptCandidate Redact(AdoptCandidate candidate) => candidate with
    {
        Processes = redactor.RedactProcesses(candidate.Processes),
        Nearby = redactor.RedactProcesses(candidate.Nearby),
    };

    // The platform checks the processes against the user that this process runs as: nobody behind a door has that user's rights.
    private string RequireLocal(AdoptRequest request) =>
        PrincipalSubject.Local(request.RequestedBy) is { } local && (local.HostId is null || local.Subject == platform.User.Subject || platform.User.IsPrivileged)
            ? local.Subject
            : throw new AdoptFailedException(
                AdoptFailure.NotPermitted, "Adopting is for local users, and for the host as the user it runs as. Ask with WorkflowPrincipal.LocalUser() or WorkflowPrincipal.Host(name).");

    // Nobody became a run: the entry has none, and no row is left of it.
    private async Task RecordRefusalAsync(
        AdoptCandidate candidate, RunId runId, AdoptRequest request, string actor, string refusal, CancellationToken cancellationToken)
    {
        AuditDraft entry = audit.Of(
            AuditStages.Denied, runId, actor, reason: redactor.RedactText(request.Reason), details: [("adopt", candidate.Token.ToString()), ("why", redactor.RedactText(refusal))]);
        await steps.CommitAsync(PersistedStep.AdoptionRefusalRecorded, new StoreCommit { Audit = [entry with { RunId = null }] }, CommitDurability.Process, cancellationToken).ConfigureAwait(false);
    }

    private async Task RegisterAsync(AdoptCandidate candidate, AdoptionSpec spec, AdoptRequest request, string actor, CancellationToken cancellationToken)
    {
        string[] words = candidate.Processes is [{ CommandLine: { } line }, ..] ? line.Split('\0') : [];
        RunRecord row = new()
        {
            RunId = spec.RunId,
            InternalId = spec.InternalId,
            State = RunState.Launching,
            Workflow = request.Workflow,
            Session = request.Session,
            Owner = request.Owner,
            LaunchedBy = WorkflowPrincipal.HostSubject(options.Value.HostName),
            HostUser = platform.User.Subject,
            Program = words is [{ Length: > 0 } program, ..] ? redactor.RedactText(program) : $"pid {spec.Root.Pid.ToString(CultureInfo.InvariantCulture)}",
            Arguments = redactor.RedactArguments(words.Length > 1 ? words[1..] : []),
            WorkingDirectory = candidate.WorkingDirectory,
            OnHostExit = OnHostExit.Keep,
            Output = OutputMode.Discard,
            Phases = phases.Names,
            Cleaners = cleaners.Select(request.Cleaners),
            Host = platform.Self,
            Root = spec.Root,
            CreatedAt = timeProvider.GetUtcNow(),
            StartedAt = candidate.StartedAt,
        };
        AuditDraft entry = audit.Of(
            AuditStages.Adopting, spec.RunId, actor, reason: redactor.RedactText(request.Reason), details: [("root", AdoptToken.Of(spec.Root).ToString()), ("program", row.Program)]);
        await updater.AddAsync(PersistedStep.AdoptionRegistered, row, entry, cancellationToken).ConfigureAwait(false);
    }

    private async Task<ITrackedProcess> HoldAsync(AdoptionSpec spec, AdoptRequest request, string actor, CancellationToken cancellationToken)
    {
        IPreparedAdoption prepared = await steps.TakeAsync(PersistedStep.AdoptionPrepared, () => platform.Adopter.PrepareAsync(spec, cancellationToken)).ConfigureAwait(false);
        await using (prepared.ConfigureAwait(false))
        {
            try
            {
                await RecordContainmentAsync(spec.RunId, prepared.Containment).ConfigureAwait(false);
                await steps.TakeAsync(PersistedStep.AdoptionHeld, prepared.HoldAsync).ConfigureAwait(false);
                await RecordAdoptionAsync(spec, request, actor, prepared).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                if (await Task.Run(() => steps.Take(PersistedStep.AdoptionReverted, prepared.Undo)).ConfigureAwait(false) is not { } problem)
                {
                    throw;
                }

                throw new AdoptFailedException(AdoptFailure.NotHeld, $"{exception.Message} And it could not be put back: {problem}. Move these processes yourself.", exception);
            }

            IHeldRun held = prepared.Confirm();
            RunMonitor monitor = monitors.Create(spec.RunId, held, null, ReadinessSource.Undeclared, cleaners.Select(request.Cleaners));
            monitor.Start();
            hostRuns.Add(spec.RunId, OnHostExit.Keep, parent: null, monitor.Result);
            Log.Adopted(logger, spec.RunId, prepared.Adopted.Count, spec.Root.Pid, prepared.Containment.Strength, actor, redactor.RedactText(request.Reason));
            return new TrackedProcess(spec.RunId, held, prepared.Containment.Strength, monitor, null, sections);
        }
    }

    // From here on the caller's token counts no more: what is begun is finished, or undone.
    private async Task RecordContainmentAsync(RunId runId, ContainmentRecord containment)
    {
        (RunRecord? run, bool changed) = await updater.UpdateAsync(
            PersistedStep.AdoptionContainmentRecorded,
            runId,
            row => row.State == RunState.Launching ? new StoreCommit { UpdateRun = row with { Containment = containment } } : null,
            CommitDurability.Machine,
            CancellationToken.None).ConfigureAwait(false);
        if (!changed)
        {
            throw Ended(runId, run);
        }
    }

    private async Task RecordAdoptionAsync(AdoptionSpec spec, AdoptRequest request, string actor, IPreparedAdoption prepared)
    {
        AuditDraft entry = audit.Of(
            AuditStages.Adopted,
            spec.RunId,
            actor,
            reason: redactor.RedactText(request.Reason),
            details:
            [
                ("identities", string.Join(' ', prepared.Adopted.Take(MostTokens).Select(AdoptToken.Of))),
                ("processes", prepared.Adopted.Count.ToString(CultureInfo.InvariantCulture)),
                ("strength", prepared.Containment.Strength.ToString()),
            ]);

        // A kill that came meanwhile waits for us: it then finds the whole tree.
        (RunRecord? run, bool changed) = await updater.UpdateAsync(
            PersistedStep.AdoptionRecorded,
            spec.RunId,
            row => row.State.IsFinal ? null : new StoreCommit
            {
                UpdateRun = row with { State = RunStateTable.Step(row.State, row.State == RunState.Launching ? RunState.Running : row.State), ReadyAt = timeProvider.GetUtcNow() },
                Audit = [entry],
            },
            CommitDurability.Machine,
            CancellationToken.None).ConfigureAwait(false);
        if (!changed)
        {
            throw Ended(spec.RunId, run);
        }
    }

    private static AdoptFailedException Ended(RunId runId, RunRecord? run) =>
        new(AdoptFailure.NotHeld, $"Run {runId} was ended before it was adopted: it is {run?.State.Name ?? "gone"}. Adopt the tree again as a new run.");

    private async Task RecordFailureAsync(RunId runId, string actor, Exception exception)
    {
        string why = redactor.RedactText(exception.Message);
        await updater.UpdateAsync(
            PersistedStep.AdoptionFailureRecorded,
            runId,
            row => row.State != RunState.Launching ? null : new StoreCommit
            {
                UpdateRun = row with { State = RunState.LaunchFailed, Failure = why, EndedAt = timeProvider.GetUtcNow() },
                Audit = [audit.Of(AuditStages.LaunchFailed, runId, actor, details: [("why", why)])],
            },
            CommitDurability.Machine,
            CancellationToken.None).ConfigureAwait(false);
    }
}
