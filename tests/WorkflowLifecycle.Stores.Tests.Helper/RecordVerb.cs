namespace WorkflowLifecycle.Stores.Tests.Helper;

/// <summary>
/// Opens the store, adds so many runs and closes it, twice over. Each commit that was acknowledged is a byte in the file beside it, so that whoever
/// watches the system calls sees the acknowledgement between them.
/// </summary>
internal static class RecordVerb
{
    public static async Task<int> RunAsync(string file, CommitDurability durability, int count)
    {
        await using FileStream acknowledged = new(file + ".acks", FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        for (int round = 0; round < 2; round++)
        {
            await using HelperStore helper = await HelperStore.OpenAsync(file);
            for (int i = 0; i < count; i++)
            {
                await helper.Store.CommitAsync(WriteVerb.Commit(), durability);
                acknowledged.WriteByte((byte)'.');
            }
        }

        return 0;
    }
}
