using System.Globalization;
using Microsoft.Extensions.Options;
using WorkflowLifecycle.Cleanup.Debts;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Redaction;
using WorkflowLifecycle.Registry;
using WorkflowLifecycle.Spooling;

namespace WorkflowLifecycle.Health;

/// <summary>Looks at what somebody should know of: the store and what is in it, the spool, the strength.</summary>
internal sealed class LifecycleHealth(
    StoreStart start,
    IProcessStore store,
    KillSpool spool,
    IContainmentPlatform platform,
    DebtAlarm alarm,
    IRedactor redactor,
    IOptions<WorkflowLifecycleOptions> options,
    TimeProvider timeProvider) : ILifecycleHealth
{
    private const int DamageTold = 5;

    // The first look tries a launch; whoever asks for health is answered all the same.
    private static readonly TimeSpan StrengthLimit = TimeSpan.FromSeconds(2);

    public async Task<LifecycleHealthReport> ReadAsync(CancellationToken cancellationToken = default)
    {
        // Begun first, as it may take the longest; what needs no store is told whatever that does.
        Task<StrengthHealth?> strength = ReadStrengthAsync(cancellationToken);
        SpoolContent content = spool.Read();
        LifecycleHealthReport report = new()
        {
            At = timeProvider.GetUtcNow(),
            Spool = new SpoolHealth { Path = spool.Path, Entries = content.Entries.Count, Oldest = content.Entries is [{ } oldest, ..] ? oldest.At : null, Damaged = content.Damaged },
        };
        List<HealthFinding> findings = [];
        report = await ReadStoreAsync(report, content, findings, cancellationToken).ConfigureAwait(false);
        findings.AddRange(report.UnconfirmedKills.Select(Unconfirmed));
        findings.AddRange(OfSpool(report.Spool!, content));
        report = report with { Strength = await strength.ConfigureAwait(false) };
        if (report.Strength is { } held && held.Strength < options.Value.MinimumStrength)
        {
            findings.Add(new HealthFinding
            {
                Kind = HealthFindings.StrengthTooLow,
                Message = $"The strength here is {held.Strength}, and {options.Value.MinimumStrength} is asked for: launches are refused. {held.Why} What to change: workflowctl doctor",
            });
        }

        return report with { Findings = findings };
    }

    private async Task<LifecycleHealthReport> ReadStoreAsync(LifecycleHealthReport report, SpoolContent content, List<HealthFinding> findings, CancellationToken cancellationToken)
    {
        try
        {
            await start.EnsureAsync(cancellationToken).ConfigureAwait(false);
            long asked = timeProvider.GetTimestamp();
            await store.ReadLastCursorAsync(cancellationToken).ConfigureAwait(false);
            double latency = timeProvider.GetElapsedTime(asked).TotalMilliseconds;
            IReadOnlyList<CleanupDebt> overdue = await alarm.ReadOverdueAsync(hostId: null, cancellationToken).ConfigureAwait(false);
            IReadOnlyList<CleanupDebt> open = await store.ReadDebtsAsync(new DebtQuery { Limit = DebtQuery.MaximumLimit }, cancellationToken).ConfigureAwait(false);
            IReadOnlyList<UnconfirmedKill> unconfirmed = await ReadUnconfirmedAsync(cancellationToken).ConfigureAwait(false);
            findings.AddRange(overdue.Select(Overdue));
            return report with
            {
                Store = new StoreHealth { Location = store.Location, IsAvailable = true, LatencyMs = latency },
                Debts = new DebtHealth { Open = open.Count, Overdue = overdue.Count },
                UnconfirmedKills = unconfirmed,
            };
        }
        catch (StoreUnavailableException exception)
        {
            findings.Add(new HealthFinding { Kind = HealthFindings.StoreUnavailable, Message = exception.Message });
            return report with
            {
                Store = new StoreHealth { Location = store.Location, IsAvailable = false, Problem = exception.Message },
                UnconfirmedKills = KillSpool.UnconfirmedIn(content),
            };
        }
    }

    private async Task<IReadOnlyList<UnconfirmedKill>> ReadUnconfirmedAsync(CancellationToken cancellationToken)
    {
        RunPage page = await store.SearchRunsAsync(new RunQuery { States = [RunState.KillUnconfirmed], Limit = RunQuery.MaximumLimit }, cancellationToken).ConfigureAwait(false);
        List<UnconfirmedKill> kills = [];
        foreach (RunRecord run in page.Runs)
        {
            KillRecord? kill = run.KillId is { } killId ? await store.FindKillAsync(killId, cancellationToken).ConfigureAwait(false) : null;
            kills.Add(new UnconfirmedKill { RunId = run.RunId, KillId = run.KillId, Since = kill?.RequestedAt });
        }

        return kills;
    }

    private async Task<StrengthHealth?> ReadStrengthAsync(CancellationToken cancellationToken)
    {
        try
        {
            ContainmentAbility ability = await platform.ProbeAsync(cancellationToken).WaitAsync(StrengthLimit, timeProvider, cancellationToken).ConfigureAwait(false);
            return new StrengthHealth(ability.Strength, ability.Why);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    private static IEnumerable<HealthFinding> OfSpool(SpoolHealth health, SpoolContent content)
    {
        if (health.Damaged.Count > 0)
        {
            yield return new HealthFinding
            {
                Kind = HealthFindings.SpoolDamaged,
                Message = string.Create(
                    CultureInfo.InvariantCulture,
                    $"{health.Damaged.Count} entries of the emergency spool {health.Path} are damaged, and never merged: {string.Join("; ", health.Damaged.Take(DamageTold))}. Look: workflowctl doctor"),
            };
        }

        if (health.Entries > 0)
        {
            yield return new HealthFinding
            {
                Kind = HealthFindings.SpoolPending,
                Message = string.Create(
                    CultureInfo.InvariantCulture,
                    $"The emergency spool {health.Path} holds {health.Entries} entries that no store has taken yet, for {string.Join(", ", KillSpool.StoresOf(content))}. They are merged when the store is back."),
                Since = health.Oldest,
            };
        }
    }

    private static HealthFinding Unconfirmed(UnconfirmedKill kill) => new()
    {
        Kind = HealthFindings.KillUnconfirmed,
        Message = $"The end of run {kill.RunId} is not confirmed: its tree is still there, and the kill goes on. Look: workflowctl tree {kill.RunId}",
        Since = kill.Since,
        RunId = kill.RunId,
    };

    // Whoever asks for health shows it, and logs it: reasons and names come from cleaners, which may have them from the program.
    private HealthFinding Overdue(CleanupDebt debt) => new()
    {
        Kind = HealthFindings.DebtOverdue,
        Message = string.Create(
            CultureInfo.InvariantCulture,
            $"{debt.Cleaner}: {redactor.NameOf(debt)} of run {debt.RunId} is not free after {debt.Attempts} retries: {redactor.RedactOrHide(debt.Reason)}. Free it by hand, or retry it: workflowctl debts --retry {debt.RunId}"),
        Since = debt.CreatedAt,
        RunId = debt.RunId,
        DebtId = debt.DebtId,
    };
}
