using Microsoft.Data.Sqlite;

namespace WorkflowLifecycle.Stores.Tests.Helper;

/// <summary>Holds the write lock from "ready" until a line or the end of its input.</summary>
internal static class HoldVerb
{
    public static async Task<int> RunAsync(string file)
    {
        await using SqliteConnection connection = new($"Data Source={file};Mode=ReadWrite;Pooling=False");
        await connection.OpenAsync();
        await using (connection.BeginTransaction(deferred: false))
        {
            Console.WriteLine("ready");
            await Console.In.ReadLineAsync();
        }

        return 0;
    }
}
