namespace WorkflowLifecycle.Stores.Tests.Helper;

/// <summary>Says "ready", waits for a line, opens the store and adds a run: as many processes as were started do it at the same moment.</summary>
internal static class OpenVerb
{
    public static async Task<int> RunAsync(string file)
    {
        Console.WriteLine("ready");
        await Console.In.ReadLineAsync();
        try
        {
            await using HelperStore helper = await HelperStore.OpenAsync(file);
            CommitResult result = await helper.Store.CommitAsync(new StoreCommit { AddRun = HelperStore.Run() }, CommitDurability.Machine);
            Console.WriteLine(result.Outcome);
            return 0;
        }
        catch (StoreUnavailableException fault)
        {
            Console.WriteLine($"refused: {fault.Message}");
            return 6;
        }
    }
}
