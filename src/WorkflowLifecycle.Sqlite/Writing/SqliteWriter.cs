using Microsoft.Data.Sqlite;

namespace WorkflowLifecycle.Sqlite;

/// <summary>
/// The one writer of this process: a thread of its own, because SQLite blocks, with a queue before it. What waits together is committed
/// together, each commit in a savepoint of its own, so that one flush of the disk serves all and one failure stays its own.
/// </summary>
internal sealed class SqliteWriter : IAsyncDisposable
{
    private const int LargestBatch = 128;

    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(16);

    private readonly TimeSpan _busyTimeout;
    private readonly SqliteFile _file;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly object _gate = new();
    private readonly LinkedList<WriteRequest> _queue = new();
    private readonly TimeProvider _timeProvider;
    private SqliteSession? _session;
    private bool _stopping;
    private CommitDurability? _durability;

    public SqliteWriter(SqliteFile file, SqliteSession session, TimeSpan busyTimeout, TimeProvider timeProvider)
    {
        _file = file;
        _session = session;
        _busyTimeout = busyTimeout;
        _timeProvider = timeProvider;
    }

    public void Start() => new Thread(Work) { IsBackground = true, Name = "workflow-lifecycle-sqlite-writer" }.Start();

    /// <exception cref="ObjectDisposedException">The writer was closed.</exception>
    public void Enqueue(WriteRequest request)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopping, typeof(SqliteProcessStore));
            _queue.AddLast(request);
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Writes what was asked for before, then closes.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _stopping = true;
            Monitor.Pulse(_gate);
        }

        await _ended.Task.ConfigureAwait(false);
    }

    private void Work()
    {
        TimeSpan wait = ShortestWait;
        while (WaitForRequests())
        {
            if (TryServe())
            {
                wait = ShortestWait;
                continue;
            }

            Rest(wait);
            wait = wait + wait < LongestWait ? wait + wait : LongestWait;
        }

        _session?.Dispose();
        _ended.SetResult();
    }

    /// <summary>False when the writer was closed and nothing is left to do.</summary>
    private bool WaitForRequests()
    {
        lock (_gate)
        {
            while (true)
            {
                while (_queue.First is { } first && first.Value.IsClaimed)
                {
                    _queue.RemoveFirst();
                }

                if (_queue.Count > 0 || _stopping)
                {
                    return _queue.Count > 0;
                }

                Monitor.Wait(_gate);
            }
        }
    }

    // A new request ends the rest: it may need the lock sooner than the ones that wait.
    private void Rest(TimeSpan wait)
    {
        lock (_gate)
        {
            Monitor.Wait(_gate, wait);
        }
    }

    /// <summary>False when another connection holds the write lock.</summary>
    private bool TryServe()
    {
        List<WriteRequest> batch = [];
        try
        {
            CommitDurability durability = StrongestWaiting();
            SqliteSession session = Open(durability);
            if (!session.TryExecute("BEGIN IMMEDIATE"))
            {
                return false;
            }

            session.LookAtSchema();
            batch = Take(durability);
            if (!TryCommit(session, batch))
            {
                foreach (WriteRequest request in batch)
                {
                    CommitAlone(session, request);
                }
            }
        }
        catch (SqliteException fault) when (batch.Count == 0 && SqliteFaults.IsBusy(fault))
        {
            return false;
        }
        catch (Exception fault)
        {
            // A writer that ends leaves every caller waiting: whatever it is, the callers get it, and the next one a fresh connection.
            Close();
            batch.AddRange(Take(CommitDurability.Machine));
            Exception answer = fault is SqliteException error ? SqliteFaults.Explain(_file.Path, error) : fault;
            foreach (WriteRequest request in batch)
            {
                request.Fail(answer);
            }
        }

        return true;
    }

    private CommitDurability StrongestWaiting()
    {
        lock (_gate)
        {
            return _queue.Any(request => !request.IsClaimed && request.Durability == CommitDurability.Machine)
                ? CommitDurability.Machine
                : CommitDurability.Process;
        }
    }

    private SqliteSession Open(CommitDurability durability)
    {
        if (!File.Exists(_file.Path))
        {
            // SQLite would go on writing into the deleted file, and everything would be gone with this process.
            throw new StoreUnavailableException(
                $"The store {_file.Path} was deleted or moved while it was open. Put it back, or restart this program to begin a new one.");
        }

        _session ??= _file.OpenWriter();
        if (_durability != durability)
        {
            // Not possible inside a transaction, and a property of the connection.
            _session.Execute(durability == CommitDurability.Machine ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
            _durability = durability;
        }

        return _session;
    }

    private List<WriteRequest> Take(CommitDurability durability)
    {
        List<WriteRequest> batch = [];
        lock (_gate)
        {
            // In order: what must be more durable than this transaction came in just now, and what is behind it waits with it.
            while (batch.Count < LargestBatch && _queue.First is { } first && (first.Value.IsClaimed || first.Value.Durability <= durability))
            {
                _queue.RemoveFirst();
                if (first.Value.TryClaim())
                {
                    batch.Add(first.Value);
                }
            }
        }

        return batch;
    }

    /// <summary>Commits all in the transaction that was begun. False when an error undid all of them: none was written.</summary>
    private bool TryCommit(SqliteSession session, List<WriteRequest> batch)
    {
        List<(WriteRequest Request, object? Result, Exception? Fault)> answers = new(batch.Count);
        try
        {
            foreach (WriteRequest request in batch)
            {
                answers.Add(Apply(session, request));
                if (!session.InTransaction)
                {
                    return false;
                }
            }

            session.Execute("COMMIT");
        }
        catch (SqliteException)
        {
            Undo(session);
            return false;
        }

        foreach ((WriteRequest request, object? result, Exception? fault) in answers)
        {
            Answer(request, result, fault);
        }

        return true;
    }

    private void CommitAlone(SqliteSession session, WriteRequest request)
    {
        try
        {
            long start = _timeProvider.GetTimestamp();
            while (!session.TryExecute("BEGIN IMMEDIATE"))
            {
                if (_timeProvider.GetElapsedTime(start) >= _busyTimeout)
                {
                    request.Fail(SqliteFaults.Busy(_file.Path, _busyTimeout));
                    return;
                }

                Rest(ShortestWait);
            }

            (_, object? result, Exception? fault) = Apply(session, request);
            if (session.InTransaction)
            {
                session.Execute("COMMIT");
            }

            Answer(request, result, fault);
        }
        catch (SqliteException fault)
        {
            Undo(session);
            request.Fail(SqliteFaults.Explain(_file.Path, fault));
        }
    }

    private (WriteRequest Request, object? Result, Exception? Fault) Apply(SqliteSession session, WriteRequest request)
    {
        try
        {
            return (request, request.Work(session), null);
        }
        catch (SqliteException fault)
        {
            return (request, null, SqliteFaults.Explain(_file.Path, fault));
        }
        catch (Exception fault) when (SqliteFaults.IsUnreadable(fault))
        {
            return (request, null, SqliteFaults.Unreadable(_file.Path, fault));
        }
        catch (Exception fault)
        {
            // Whatever is wrong with this commit is its caller's to know; the others of the batch go on.
            return (request, null, fault);
        }
    }

    private static void Answer(WriteRequest request, object? result, Exception? fault)
    {
        if (result is not null)
        {
            request.Complete(result);
        }
        else
        {
            request.Fail(fault!);
        }
    }

    private static void Undo(SqliteSession session)
    {
        if (session.InTransaction)
        {
            session.Execute("ROLLBACK");
        }
    }

    private void Close()
    {
        _session?.Dispose();
        _session = null;
        _durability = null;
    }
}
