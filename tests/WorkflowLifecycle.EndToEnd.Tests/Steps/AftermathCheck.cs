using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle.EndToEnd.Tests.Steps;

/// <summary>What must be true at the end, wherever a host died on the way.</summary>
internal sealed class AftermathCheck(Engine engine, RunId id, bool isProven, List<string> wrong)
{
    // Somebody else may be at a debt, or have died over it.
    private static readonly TimeSpan ClaimLimit = TimeSpan.FromSeconds(20);

    private static readonly string[] _ends = ["Exited", "LaunchFailed", "Reconciled", "Completed"];

    // A tree that a host took over goes on.
    private static bool IsEnd(AuditEntry entry) =>
        _ends.Contains(entry.Stage, StringComparer.Ordinal) && entry.Details.GetValueOrDefault("outcome") != nameof(RecoveryOutcome.ReAdopted);

    public async Task RunAsync(KillRecord? interrupted, KillId? spooled, bool wasForgotten, int? adoptee)
    {
        await CheckChainAsync();
        string runs = Path.Combine(engine.Room.RuntimeDirectory, "r");
        Expect(
            await Wait.TryUntilAsync(() => !Directory.Exists(runs) || !Directory.EnumerateFiles(runs, "run.json", SearchOption.AllDirectories).Any(), TimeSpan.FromSeconds(5)),
            "a run directory is left");
        Expect(await Wait.TryUntilAsync(() => new EmergencySpool(engine.Room.RuntimeDirectory).Read().Entries.Count == 0, TimeSpan.FromSeconds(10)), "an entry is left in the spool");
        IReadOnlyList<AuditEntry> audit = await engine.AuditAsync(id);
        if (wasForgotten)
        {
            return;
        }

        RunRecord row = (await engine.Store.FindRunAsync(id))!;
        Expect(row.State.IsFinal, $"the run is {row.State}");
        Expect(row.State != RunState.EndedUnproven || row.Containment?.Shim is null || !isProven, $"the run is {row.State}: {row.Failure}");
        KillRecord[] kills = [.. (await engine.Store.SearchKillsAsync(new KillQuery())).Kills.Where(kill => kill.State != KillState.Denied)];
        Expect(kills.All(kill => kill is { State: KillState.Completed, Report: not null }), $"kills {string.Join(", ", kills.Select(kill => kill.State))}");
        Expect(kills.Length <= 1, $"{kills.Length} kills: {string.Join(", ", kills.Select(kill => kill.KillId))}");
        KillId? expected = interrupted is { State: not KillState.Denied } ? interrupted.KillId : spooled;
        Expect(expected is null || row.KillId == expected || interrupted?.State == KillState.IntentWritten && row.KillId is null, $"kill {expected} was under way, and the row names {row.KillId}");
        Expect(expected is null || kills.Any(kill => kill.KillId == expected) || interrupted?.State == KillState.IntentWritten, $"kill {expected} was under way, and is not on record");
        CheckAudit(audit, kills, spooled is not null);
        if (isProven)
        {
            await CheckReceiptAsync(row, kills);
        }

        if (adoptee is null)
        {
            Expect(await Wait.TryUntilAsync(() => ProcessEntry.StandingIn(engine.Room.Path).Count == 0, TimeSpan.FromSeconds(5)), "processes are left: " + string.Join(", ", ProcessEntry.StandingIn(engine.Room.Path)));
        }
    }

    private async Task CheckChainAsync()
    {
        IAuditChainSource source = (IAuditChainSource)engine.Store;
        foreach (string chain in await source.ReadChainIdsAsync())
        {
            Expect(AuditChain.Verify(await source.ReadChainAsync(chain, 0, AuditQuery.MaximumLimit)) is null, $"the audit chain {chain} has a gap");
        }
    }

    private void CheckAudit(IReadOnlyList<AuditEntry> audit, KillRecord[] kills, bool wasSpooled)
    {
        string all = string.Join(", ", audit.Select(entry => entry.Stage));
        Expect(audit.Count > 0 && audit[0].Stage is "Launch" or "Adopting", $"the audit does not begin with the launch: {all}");
        int ends = audit.Count(entry => IsEnd(entry));
        Expect(ends == 1 || (wasSpooled && ends == 2), $"{ends} ends in the audit: {all}");
        foreach (KillRecord kill in kills)
        {
            string[] stages = [.. audit.Where(entry => entry.KillId == kill.KillId).Select(entry => entry.Stage)];
            Expect(stages.Count(stage => stage == "Completed") == 1, $"kill {kill.KillId} is not completed once: {all}");
            Expect(stages.Count(stage => stage == "IntentWritten") == 1, $"kill {kill.KillId} has not one intent: {all}");
            Expect(stages is ["Requested", "Authorized", "IntentWritten", ..], $"the audit of kill {kill.KillId} does not begin with its intent: {all}");
        }
    }

    private async Task CheckReceiptAsync(RunRecord row, KillRecord[] kills)
    {
        IReadOnlyList<CleanupDebt> debts = [];
        await Wait.TryUntilAsync(
            async () =>
            {
                await engine.Debts.RetryAsync(new DebtQuery(), WorkflowPrincipal.LocalUser());
                debts = await engine.Debts.ListAsync(new DebtQuery { RunId = id });
                return debts.All(debt => !debt.IsOpen);
            },
            ClaimLimit);
        Expect(debts.All(debt => !debt.IsOpen), "debts are left: " + string.Join(", ", debts.Where(debt => debt.IsOpen).Select(debt => $"{debt.Cleaner}: {debt.Reason}")));
        string temp = engine.Room.File("tmp");
        Expect(!Directory.Exists(temp) || !Directory.EnumerateFileSystemEntries(temp).Any(), "a temp directory is left");
        Expect(Directory.GetFiles(engine.Room.Path, "*.marker").Length == 0, "a marker is left");

        IReadOnlyList<CleanupResult> receipt = kills is [{ Report.Cleanup: { Count: > 0 } lines }] ? lines : (await engine.Store.FindReceiptAsync(id))?.Cleanup ?? [];
        string[] names = [.. receipt.Select(line => line.Cleaner)];

        // No entry of the spool has room for the receipt: its cleaners look again.
        bool isDeferred = receipt.All(line => line.Outcome == CleanupOutcomes.Deferred);
        string[] expected =
        [
            .. !isDeferred && row is { Containment: { } containment } && row.Proof is not (EndProof.NeverStarted or EndProof.BootEnded) && row.State != RunState.LaunchFailed
                ? new[] { containment.CgroupPath is null ? null : "cgroup", containment.Shim is null ? null : "shim", "run-directory" }.OfType<string>()
                : [],
            .. row.Cleaners,
        ];
        Expect(expected.All(name => names.Contains(name, StringComparer.Ordinal)), $"the receipt of a run that is {row.State} by {row.Proof} has {string.Join(", ", names)}, not {string.Join(", ", expected)}");
        Expect(receipt.All(line => line.Outcome != "Failed"), "the receipt names failures: " + string.Join(", ", receipt.Select(line => $"{line.Cleaner} {line.Outcome} {line.Message}")));
    }

    private void Expect(bool condition, string otherwise)
    {
        if (!condition)
        {
            wrong.Add(otherwise);
        }
    }
}
