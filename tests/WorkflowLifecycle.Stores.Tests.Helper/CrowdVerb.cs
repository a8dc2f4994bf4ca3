namespace WorkflowLifecycle.Stores.Tests.Helper;

/// <summary>
/// One of several that write to a file at once, until they are killed or have done so many rounds. Each round: a run of its own, and the same run and the
/// same kill as everybody else. It says what was acknowledged, and in the end how long the slowest commit took.
/// </summary>
internal static class CrowdVerb
{
    // SQLite's lock has no queue: on a machine that is busy with other things, who is unlucky waits for seconds.
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    private static TimeSpan _slowest;

    public static async Task<int> RunAsync(string file, int rounds)
    {
        await using HelperStore helper = await HelperStore.OpenAsync(file, _patience);
        Console.WriteLine("ready");
        await Console.In.ReadLineAsync();
        try
        {
            for (int round = 0; round < rounds; round++)
            {
                CommitResult own = await CommitAsync(helper.Store, WriteVerb.Commit());
                Console.WriteLine($"own {own.Run!.RunId} {own.Run.KillId}");
                await ShareAsync(helper.Store, WorkflowLifecycle.RunId.Parse($"shared:{round}"));
            }

            Console.WriteLine($"slowest {_slowest.TotalMilliseconds:0}");
            return 0;
        }
        catch (StoreUnavailableException fault)
        {
            Console.WriteLine($"refused {fault.Message}");
            return 6;
        }
    }

    private static async Task ShareAsync(IProcessStore store, RunId runId)
    {
        StoreCommit commit = WriteVerb.Commit();
        RunRecord run = commit.AddRun! with { RunId = runId, KillId = null };
        CommitResult registered = await CommitAsync(store, new StoreCommit { AddRun = run, Audit = [commit.Audit[0] with { RunId = runId }] });
        KillRecord kill = commit.AddKill! with { RunId = runId, IdempotencyKey = "everybody's" };
        CommitResult killed = await CommitAsync(store, new StoreCommit { AddKill = kill, Audit = [commit.Audit[0] with { RunId = runId, Stage = "KillIntent" }] });
        Console.WriteLine($"shared {runId} {registered.Outcome} {killed.Outcome} {killed.Kill!.KillId}");
    }

    private static async Task<CommitResult> CommitAsync(IProcessStore store, StoreCommit commit)
    {
        long start = TimeProvider.System.GetTimestamp();
        CommitResult result = await store.CommitAsync(commit, CommitDurability.Machine);
        TimeSpan took = TimeProvider.System.GetElapsedTime(start);
        _slowest = took > _slowest ? took : _slowest;
        return result;
    }
}
