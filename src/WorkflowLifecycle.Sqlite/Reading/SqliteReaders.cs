using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace WorkflowLifecycle.Sqlite;

/// <summary>
/// The connections that read. Looking up a row and searching have places of their own, so that slow searches do not keep a kill from finding its run.
/// </summary>
internal sealed class SqliteReaders : IAsyncDisposable
{
    private const int Places = 4;

    private static readonly TimeSpan ReturnLimit = TimeSpan.FromMilliseconds(250);

    private readonly SqliteFile _file;
    private readonly ConcurrentBag<SqliteSession> _idle = [];
    private readonly SemaphoreSlim _lookups = new(Places);
    private readonly SemaphoreSlim _searches = new(Places);

    public SqliteReaders(SqliteFile file)
    {
        _file = file;

        try
        {
            // There is one from the start: a host that has no file descriptor left still finds the run that uses them up.
            _idle.Add(Open());
        }
        catch (SqliteException)
        {
            // Whoever reads is told why.
            return;
        }
    }

    public ValueTask<T> LookUpAsync<T>(Func<SqliteSession, T> read, CancellationToken cancellationToken) =>
        RunAsync(_lookups, read, cancellationToken);

    public ValueTask<T> SearchAsync<T>(Func<SqliteSession, T> read, CancellationToken cancellationToken) =>
        RunAsync(_searches, read, cancellationToken);

    /// <summary>Waits for the reads under way, then closes. No read may be asked for after it.</summary>
    public async ValueTask DisposeAsync()
    {
        for (int place = 0; place < Places; place++)
        {
            await _lookups.WaitAsync().ConfigureAwait(false);
            await _searches.WaitAsync().ConfigureAwait(false);
        }

        while (_idle.TryTake(out SqliteSession? session))
        {
            session.Dispose();
        }

        _lookups.Dispose();
        _searches.Dispose();
    }

    private async ValueTask<T> RunAsync<T>(SemaphoreSlim places, Func<SqliteSession, T> read, CancellationToken cancellationToken)
    {
        await places.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await Task.Run(() => Run(read, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            places.Release();
        }
    }

    // Its other files SQLite opens with the first statement.
    private SqliteSession Open()
    {
        SqliteSession session = _file.OpenReader();
        try
        {
            session.TryExecute("SELECT 1 FROM sqlite_schema LIMIT 1");
            return session;
        }
        catch (SqliteException)
        {
            session.Dispose();
            throw;
        }
    }

    // Where no other can be opened, those that are open come back after a moment.
    private SqliteSession Take()
    {
        if (_idle.TryTake(out SqliteSession? idle))
        {
            return idle;
        }

        try
        {
            return Open();
        }
        catch (SqliteException fault) when (SqliteFaults.IsNotOpened(fault) && SpinWait.SpinUntil(() => _idle.TryTake(out idle), ReturnLimit))
        {
            return idle!;
        }
    }

    private T Run<T>(Func<SqliteSession, T> read, CancellationToken cancellationToken)
    {
        SqliteSession? session = null;
        try
        {
            session = Take();
            T result;
            using (cancellationToken.UnsafeRegister(static opened => ((SqliteSession)opened!).Interrupt(), session))
            {
                session.LookAtSchema();
                result = read(session);
            }

            _idle.Add(session);
            session = null;
            return result;
        }
        catch (SqliteException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (SqliteException fault)
        {
            throw SqliteFaults.Explain(_file.Path, fault);
        }
        catch (Exception fault) when (SqliteFaults.IsUnreadable(fault))
        {
            throw SqliteFaults.Unreadable(_file.Path, fault);
        }
        finally
        {
            session?.Dispose();
        }
    }
}
