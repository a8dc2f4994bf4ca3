namespace WorkflowLifecycle.Stores.Tests.Helper;

/// <summary>Wins so many versions of a run against the other processes that try the same.</summary>
internal static class IncrementVerb
{
    public static async Task<int> RunAsync(string file, RunId runId, int count)
    {
        await using HelperStore helper = await HelperStore.OpenAsync(file);
        Console.WriteLine("ready");
        await Console.In.ReadLineAsync();
        for (int won = 0; won < count;)
        {
            RunRecord run = (await helper.Store.FindRunAsync(runId))!;
            AuditDraft audit = new() { ChainId = "node", Stage = "Step", At = run.CreatedAt, RunId = run.RunId, Actor = "host:helper" };
            CommitResult result = await helper.Store.CommitAsync(new StoreCommit { UpdateRun = run, Audit = [audit] }, CommitDurability.Process);
            won += result.IsCommitted ? 1 : 0;
        }

        Console.WriteLine("done");
        return 0;
    }
}
