namespace WorkflowLifecycle.Stores.Tests.Helper;

/// <summary>Adds runs until the disk is full, and then says what was told and what a small commit says once there is room again.</summary>
internal static class FillVerb
{
    public static async Task<int> RunAsync(string file)
    {
        string ballast = Path.Combine(Path.GetDirectoryName(file)!, "ballast");
        await File.WriteAllBytesAsync(ballast, new byte[256 * 1024]);
        await using HelperStore helper = await HelperStore.OpenAsync(file);
        int written = 0;
        try
        {
            while (true)
            {
                await helper.Store.CommitAsync(
                    new StoreCommit { AddRun = HelperStore.Run(new string('x', 50_000)) }, CommitDurability.Machine);
                written++;
            }
        }
        catch (StoreUnavailableException fault)
        {
            Console.WriteLine($"refused: {fault.Message}");
        }

        File.Delete(ballast);
        CommitResult result = await helper.Store.CommitAsync(new StoreCommit { AddRun = HelperStore.Run() }, CommitDurability.Machine);
        RunPage page = await helper.Store.SearchRunsAsync(new RunQuery());
        Console.WriteLine($"then: {result.Outcome}, {page.Runs.Count - written - 1} lost");
        return 0;
    }
}
