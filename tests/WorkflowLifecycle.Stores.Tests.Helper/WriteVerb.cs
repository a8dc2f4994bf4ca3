namespace WorkflowLifecycle.Stores.Tests.Helper;

/// <summary>Adds runs, each with its kill, audit and event in one commit, and names each one that was acknowledged, until it is killed.</summary>
internal static class WriteVerb
{
    public static async Task<int> RunAsync(string file, CommitDurability durability)
    {
        await using HelperStore helper = await HelperStore.OpenAsync(file);
        Console.WriteLine("ready");
        while (true)
        {
            CommitResult result = await helper.Store.CommitAsync(Commit(), durability);
            Console.WriteLine(result.Run!.RunId);
        }
    }

    /// <summary>A new run with its kill, its audit and its event.</summary>
    public static StoreCommit Commit()
    {
        RunRecord run = HelperStore.Run();
        KillRecord kill = new()
        {
            KillId = KillId.New(TimeProvider.System),
            RunId = run.RunId,
            State = KillState.IntentWritten,
            Mode = KillMode.Graceful,
            Reason = "write until killed",
            RequestedBy = "host:helper",
            Door = "library",
            RequestedAt = run.CreatedAt,
        };
        AuditDraft audit = new() { ChainId = "node", Stage = "Launch", At = run.CreatedAt, RunId = run.RunId, Actor = "host:helper" };
        RunEvent happened = new() { RunId = run.RunId, Kind = "run.launching", State = run.State, At = run.CreatedAt };
        return new StoreCommit { AddRun = run with { KillId = kill.KillId }, AddKill = kill, Audit = [audit], Events = [happened] };
    }
}
