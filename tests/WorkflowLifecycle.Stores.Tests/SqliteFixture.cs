using Microsoft.Data.Sqlite;
using WorkflowLifecycle.Sqlite;

namespace WorkflowLifecycle.Stores.Tests;

/// <summary>A directory with a store file, and ways to open and to look at it from outside.</summary>
internal sealed class SqliteFixture : IAsyncDisposable
{
    private readonly List<SqliteProcessStore> _stores = [];
    private readonly TemporaryDirectory _directory = new();

    public SqliteFixture() => File = _directory.File("workflows.db");

    public string Directory => _directory.Path;

    public string File { get; }

    public static CancellationToken Aborted => TestContext.Current.CancellationToken;

    /// <summary>A store at the file, not opened.</summary>
    public SqliteProcessStore Store(
        SqliteStoreOptions? options = null, IReadOnlyList<SqliteMigration>? migrations = null, string? file = null)
    {
        SqliteProcessStore store = new(file ?? File, options ?? new SqliteStoreOptions(), TimeProvider.System, migrations ?? SqliteMigrations.All);
        _stores.Add(store);
        return store;
    }

    public async Task<SqliteProcessStore> OpenAsync(
        SqliteStoreOptions? options = null, IReadOnlyList<SqliteMigration>? migrations = null, string? file = null)
    {
        SqliteProcessStore store = Store(options, migrations, file);
        await store.InitializeAsync(Aborted);
        return store;
    }

    /// <summary>Opening is refused; what is said.</summary>
    public async Task<string> RefusedAsync(
        SqliteStoreOptions? options = null, IReadOnlyList<SqliteMigration>? migrations = null, string? file = null)
    {
        await using SqliteProcessStore store = Store(options, migrations, file);
        StoreUnavailableException fault = await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.InitializeAsync(Aborted));
        return fault.Message;
    }

    /// <summary>Runs statements on the file, past the store; a column of the first row of the last one.</summary>
    public object? Query(string sql, string? file = null, int column = 0)
    {
        using SqliteConnection connection = new($"Data Source={file ?? File};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        using SqliteDataReader reader = command.ExecuteReader();
        return reader.Read() ? reader.GetValue(column) : null;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (SqliteProcessStore store in _stores)
        {
            await store.DisposeAsync();
        }

        _directory.Dispose();
    }
}
