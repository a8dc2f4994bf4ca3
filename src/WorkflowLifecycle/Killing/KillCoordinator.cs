using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using WorkflowLifecycle.Cleanup;
using WorkflowLifecycle.Isolation;
using WorkflowLifecycle.Permissions;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Redaction;
using WorkflowLifecycle.Registry;
using WorkflowLifecycle.Shutdown;
using WorkflowLifecycle.Telemetry;

namespace WorkflowLifecycle.Killing;

/// <summary>The gate: who may, what is refused, what joins what. <see cref="KillRunner"/> does the rest.</summary>
internal sealed class KillCoordinator(
    StoreStart start,
    IProcessStore store,
    IContainmentPlatform platform,
    KillableRuns runs,
    KillRunner runner,
    KillLedger ledger,
    KillRemarks remarks,
    RequestRecorder requests,
    IEnumerable<IKillAuthorizer> authorizers,
    ChildRuns childRuns,
    ShutdownProcedures procedures,
    RunCleanups cleanups,
    IRedactor redactor,
    IOptions<WorkflowLifecycleOptions> options,
    TimeProvider timeProvider,
    ILogger<KillCoordinator> logger) : IKillCoordinator
{
    private static readonly Predicate<RunRecord> Nobody = static _ => false;
    private static readonly TimeSpan InspectionLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan CleanupLookLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan KeyLimit = TimeSpan.FromMilliseconds(500);

    public async Task<KillPreview> PreviewAsync(RunId runId, CancellationToken cancellationToken = default)
    {
        RunRecord run = await runs.FindAsync(runId, mode: null, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<RunRecord> children = await childRuns.ListAsync(runId, cancellationToken).ConfigureAwait(false);
        return new KillPreview
        {
            Run = run,
            Processes = run.State.IsFinal ? [] : await InspectAsync(run, InspectionDepth.Full, InspectionLimit).ConfigureAwait(false),
            ChildRuns = [.. children.Select(child => child.RunId)],
            Waits = run.State.IsFinal ? [] : await procedures.DescribeAsync(run, cancellationToken).ConfigureAwait(false),
            Cleans = run.State.IsFinal ? [] : await DescribeCleanupAsync(run, cancellationToken).ConfigureAwait(false),
        };
    }

    public async Task<KillReport> KillAsync(RunId runId, KillRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        RunRecord run = await runs.FindAsync(runId, request.Mode, cancellationToken).ConfigureAwait(false);
        Admission admission = await AdmitFamilyAsync(run, request, Nobody).ConfigureAwait(false);
        return await admission.Report.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<KillReport>> KillManyAsync(IReadOnlyList<RunId> runIds, KillRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(runIds);
        ArgumentNullException.ThrowIfNull(request);

        // All are looked up before the first is touched: a wrong id in the list ends nothing.
        List<RunRecord> found = [];
        foreach (RunId runId in runIds.Distinct())
        {
            found.Add(await runs.FindAsync(runId, request.Mode, cancellationToken).ConfigureAwait(false));
        }

        Dictionary<RunId, Task<KillReport>> reports = found.ToDictionary(run => run.RunId, run => KillOneAsync(run, request));
        await Task.WhenAll(reports.Values).WaitAsync(cancellationToken).ConfigureAwait(false);
        return await Task.WhenAll(runIds.Select(runId => reports[runId])).ConfigureAwait(false);
    }

    public async Task<KillId> BeginKillAsync(RunId runId, KillRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        RunRecord run = await runs.FindAsync(runId, request.Mode, cancellationToken).ConfigureAwait(false);
        Admission admission = await AdmitFamilyAsync(run, request, Nobody).ConfigureAwait(false);
        return await admission.Intent.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    public async Task<KillReport?> FindReportAsync(KillId killId, CancellationToken cancellationToken = default)
    {
        await start.EnsureAsync(cancellationToken).ConfigureAwait(false);
        return (await store.FindKillAsync(killId, cancellationToken).ConfigureAwait(false))?.Report;
    }

    /// <summary>As any other kill, but for child runs that are to be left alone, with all below them.</summary>
    public async Task<KillReport> KillAsync(RunId runId, KillRequest request, Predicate<RunRecord> isSpared)
    {
        RunRecord run = await runs.FindAsync(runId, request.Mode, CancellationToken.None).ConfigureAwait(false);
        Admission admission = await AdmitFamilyAsync(run, request, isSpared).ConfigureAwait(false);
        return await admission.Report.ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<string>> DescribeCleanupAsync(RunRecord run, CancellationToken cancellationToken)
    {
        RunCleanup cleanup = cleanups.OfEnd(run);
        using KillLimit limit = new(CleanupLookLimit, timeProvider, cancellationToken);
        await cleanup.LookAsync(limit.Token).ConfigureAwait(false);
        return
        [
            "the cgroup",
            .. run is { Root: not null, Containment.Shim: null } ? Array.Empty<string>() : ["the shim"],
            run.Output == OutputMode.Files ? "the run directory, but not the output files in it" : "the run directory",
            .. cleanup.Describe(),
        ];
    }

    private async Task<KillReport> KillOneAsync(RunRecord run, KillRequest request)
    {
        Admission admission = await AdmitFamilyAsync(run, request, Nobody).ConfigureAwait(false);
        return await admission.Report.ConfigureAwait(false);
    }

    // No caller's token from here on: a caller that goes away ends its wait, never the kill.
    private async Task<Admission> AdmitFamilyAsync(RunRecord run, KillRequest request, Predicate<RunRecord> isSpared)
    {
        Admission own = await AdmitAsync(run, request, cascadeGround: null, isHeld: request.Mode == KillMode.Graceful).ConfigureAwait(false);
        if (own.IsAnswered)
        {
            return own;
        }

        Cascade cascade = new(
            childRuns,
            procedures,
            (child, asked, parent, isHeld) => AdmitAsync(child, asked, $"child run of {parent}", isHeld),
            isSpared,
            remarks.Tell,
            isDeepestFirst: request.Mode == KillMode.Graceful && options.Value.ChildRunsFirst,
            timeProvider);
        return own with { Report = cascade.EndAsync(run, request, own) };
    }

    private async Task<Admission> AdmitAsync(RunRecord run, KillRequest request, string? cascadeGround, bool isHeld)
    {
        string actor = PrincipalSubject.Of(request.RequestedBy, options.Value.OwnerClaimType);
        KillRecord kill = Describe(run, request, actor);
        KillAuthorization authorization = cascadeGround is null ? await AuthorizeAsync(run, request).ConfigureAwait(false) : KillAuthorization.Allow(cascadeGround);
        if (!authorization.IsAllowed)
        {
            return await RefuseAsync(run, kill, authorization.Explanation).ConfigureAwait(false);
        }

        if (request.IdempotencyKey is { } key && await FindByKeyAsync(run, key, request.Mode).ConfigureAwait(false) is { Report: { } earlier, IsOpen: false } same)
        {
            if (same.State == KillState.Completed)
            {
                await requests.RecordAsync(kill, authorization.Explanation, earlier.KillId, RequestRecorder.Joined).ConfigureAwait(false);
                return Admission.Done(earlier);
            }

            // Its intent came too late and was taken back: nothing was done under that key, and only the row keeps it.
            kill = kill with { IdempotencyKey = null };
        }

        if (run.State.IsFinal)
        {
            return new Admission(Task.FromResult(run.KillId ?? kill.KillId), AnswerFinishedAsync(run, kill, authorization.Explanation));
        }

        if (platform.Look(run.Containment?.Shim ?? run.Host) == ProcessPresence.Elsewhere)
        {
            return await RefuseAsync(run, kill, $"run {run.RunId} is held on another machine or in another PID namespace (host {run.Host.HostId}). Ask there.").ConfigureAwait(false);
        }

        // P4, whatever the permission: PID 1, this process, and what it descends from.
        if (run.Containment is { } containment && platform.FindOwnInside(containment) is { } inside)
        {
            string refusal = $"process {inside} of run {run.RunId} is the one that asks, or one above it: a run is not ended from inside. Ask from another shell or host.";
            return await RefuseAsync(run, kill, refusal).ConfigureAwait(false);
        }

        (KillOperation operation, bool started) = runner.Start(run, kill, authorization.Explanation, isHeld, request.CaptureEvidence);

        // Before anything is waited for: the weaker kill may itself be waiting, for the store, for the lock or for its child runs. Nor is it
        // waited for what that kill does then: the kills of its child runs are escalated next.
        Task? escalating = !started && request.Mode > operation.Mode ? operation.EscalateAsync() : null;
        Task<KillReport> report = FollowAsync(operation, started, escalating, kill, request, authorization.Explanation);
        return new Admission(operation.Intent, report) { Operation = operation };
    }

    // Whose row could not be read has no kill on record that could be; and an emergency does not wait for the answer.
    private async Task<KillRecord?> FindByKeyAsync(RunRecord run, string key, KillMode mode)
    {
        if (mode == KillMode.Graceful)
        {
            return await store.FindKillByKeyAsync(run.RunId, key).ConfigureAwait(false);
        }

        using CancellationTokenSource limit = new(KeyLimit, timeProvider);
        try
        {
            return run.Version == 0 ? null : await store.FindKillByKeyAsync(run.RunId, key, limit.Token).AsTask().Observed().WaitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is StoreUnavailableException or OperationCanceledException)
        {
            return null;
        }
    }

    private async Task<KillReport> AnswerFinishedAsync(RunRecord run, KillRecord asked, string ground)
    {
        KillReport report = KillReports.AlreadyExited(run, asked);
        await requests.RecordAsync(asked, ground, report.KillId, RequestRecorder.CameAfter).ConfigureAwait(false);
        return report;
    }

    private async Task<KillReport> FollowAsync(
        KillOperation operation, bool started, Task? escalating, KillRecord asked, KillRequest request, string ground)
    {
        await ((Task)operation.Intent).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        bool isRefused = !operation.Intent.IsCompletedSuccessfully;
        Task recorded = Task.CompletedTask;
        if (escalating is not null)
        {
            await escalating.ConfigureAwait(false);
        }

        if (!isRefused && (escalating is not null || (operation.Kill.KillId != asked.KillId && operation.Kill.IsOpen && request.Mode > operation.Mode)))
        {
            // In the second case another process has the kill under way, at a weaker mode.
            await operation.EscalateAsync().ConfigureAwait(false);
            await RecordEscalationAsync(operation.Kill, asked, ground).ConfigureAwait(false);
        }
        else if (!started || (!isRefused && operation.Met is not (IntentOutcome.Written or IntentOutcome.Spooled)))
        {
            string how = operation.Met == IntentOutcome.Over ? RequestRecorder.CameAfter : RequestRecorder.Joined;
            recorded = requests.RecordAsync(asked, ground, operation.Kill.KillId, how);
        }

        _ = await operation.Intent.ConfigureAwait(false);
        KillReport report = await operation.Report.ConfigureAwait(false);
        await recorded.ConfigureAwait(false);
        return report;
    }

    private async Task RecordEscalationAsync(KillRecord kill, KillRecord asked, string ground)
    {
        try
        {
            await ledger.EscalateAsync(kill, asked, ground).ConfigureAwait(false);
        }
        catch (StoreUnavailableException exception)
        {
            // The intent of the kill stands; a store that is away delays no stronger one.
            Log.KillNotRecorded(logger, kill.KillId, kill.RunId, exception);
        }
    }

    private async Task<KillAuthorization> AuthorizeAsync(RunRecord run, KillRequest request)
    {
        KillAuthorization? allowed = null;
        foreach (IKillAuthorizer authorizer in authorizers)
        {
            KillAuthorization answer = await AskAsync(authorizer, run, request).ConfigureAwait(false);
            if (!answer.IsAllowed)
            {
                return answer;
            }

            allowed ??= answer;
        }

        return allowed ?? KillAuthorization.Deny("no authorizer is registered; register an IKillAuthorizer.");
    }

    // Whatever goes wrong in code that is not ours, it must neither allow nor go unrecorded.
    private async Task<KillAuthorization> AskAsync(IKillAuthorizer authorizer, RunRecord run, KillRequest request)
    {
        try
        {
            return await authorizer.AuthorizeAsync(run, request).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Log.AuthorizerFailed(logger, run.RunId, authorizer.GetType().Name, exception);
            return KillAuthorization.Deny($"{authorizer.GetType().Name} failed and so refuses. Its error is in the log of this host.");
        }
    }

    private async Task<Admission> RefuseAsync(RunRecord run, KillRecord kill, string missing)
    {
        Log.KillDenied(logger, run.RunId, kill.RequestedBy, missing);
        KillReport report = KillReports.Of(run, kill, KillOutcome.Denied, missing);
        if (run.Version == 0)
        {
            // Its row could not be read: the refusal is told at once, and is on record when the store is back.
            _ = StoreReturn.BeginAsync(run.RunId, () => ledger.DenyAsync(run, kill, report), timeProvider, logger);
            return Admission.Done(report);
        }

        await ledger.DenyAsync(run, kill, report).ConfigureAwait(false);
        return Admission.Done(report);
    }

    private async Task<IReadOnlyList<ProcessSnapshot>> InspectAsync(RunRecord run, InspectionDepth depth, TimeSpan limit)
    {
        if (run.Containment is null)
        {
            return [];
        }

        IContainment containment = platform.Open(run);
        await using (containment.ConfigureAwait(false))
        {
            return redactor.RedactProcesses(containment.Inspect(depth, limit).Processes);
        }
    }

    private KillRecord Describe(RunRecord run, KillRequest request, string actor) => new()
    {
        KillId = KillId.New(timeProvider),
        RunId = run.RunId,
        State = KillState.Requested,
        Mode = request.Mode,
        Reason = redactor.RedactText(request.Reason),
        RequestedBy = actor,
        Door = request.Door,
        IdempotencyKey = request.IdempotencyKey,
        TerminateCeiling = request.GracePeriod is { } grace && grace < options.Value.TerminateCeiling ? grace : options.Value.TerminateCeiling,
        GracePeriod = request.GracePeriod,
        RequestedAt = timeProvider.GetUtcNow(),
    };
}
