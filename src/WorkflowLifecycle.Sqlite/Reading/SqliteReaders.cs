using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace WorkflowLifecycle.Sqlite;

/// <summary>
/// The connections that read. Looking up a row and searching have places of their own, so that slow searches do not keep a kill from finding its run.
/// </summary>
internal sealed class SqliteReaders : IAsyncDisposable
{
    private const int Places = 4;

    private readonly SqliteFile _file;
    private readonly ConcurrentBag<SqliteSession> _idle = [];
    private readonly SemaphoreSlim _lookups = new(Places);
    private readonly SemaphoreSlim _searches = new(Places);

    public SqliteReaders(SqliteFile file) => _file = file;

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

    private T Run<T>(Func<SqliteSession, T> read, CancellationToken cancellationToken)
    {
        SqliteSession? session = null;
        try
        {
            session = _idle.TryTake(out SqliteSession? idle) ? idle : _file.OpenReader();
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
