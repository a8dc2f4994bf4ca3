namespace WorkflowLifecycle.Sqlite;

/// <summary>The store in one SQLite file, for the processes of one machine.</summary>
internal sealed class SqliteProcessStore : IProcessStore, IAuditChainSource, IAsyncDisposable, IDisposable
{
    private readonly SqliteFile _file;
    private readonly SemaphoreSlim _opening = new(1, 1);
    private readonly SqliteStoreOptions _options;
    private readonly SqliteSchema _schema;
    private readonly TimeProvider _timeProvider;
    private OpenedStore? _opened;
    private bool _disposed;

    public SqliteProcessStore(string fullPath, SqliteStoreOptions options, TimeProvider timeProvider)
        : this(fullPath, options, timeProvider, SqliteMigrations.All)
    {
    }

    internal SqliteProcessStore(
        string fullPath, SqliteStoreOptions options, TimeProvider timeProvider, IReadOnlyList<SqliteMigration> migrations)
    {
        _file = new SqliteFile(fullPath);
        _options = options;
        _timeProvider = timeProvider;
        _schema = new SqliteSchema(_file, migrations, options, timeProvider);
    }

    public string Location => _file.Path;

    private OpenedStore Opened
    {
        get
        {
            ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed), this);
            return Volatile.Read(ref _opened)
                ?? throw new InvalidOperationException("The store is not open. Call InitializeAsync first.");
        }
    }

    public async ValueTask InitializeAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_opened is null)
            {
                // Not on a thread of the pool: SQLite blocks while another process migrates.
                (SqliteSession session, string storeId) = await Task.Factory
                    .StartNew(() => _schema.Open(cancellationToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
                    .ConfigureAwait(false);
                SqliteWriter writer = new(_file, session, _options.BusyTimeout, _timeProvider);
                writer.Start();
                Volatile.Write(ref _opened, new OpenedStore(writer, new SqliteReaders(_file), new PageCursor(storeId)));
            }
        }
        finally
        {
            _opening.Release();
        }
    }

    public async ValueTask<CommitResult> CommitAsync(
        StoreCommit commit, CommitDurability durability, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(commit);
        if (!Enum.IsDefined(durability))
        {
            throw new ArgumentOutOfRangeException(nameof(durability), durability, "The durability is Process or Machine.");
        }

        return (CommitResult)await WriteAsync(session => SqliteCommitter.Run(session, commit), durability, cancellationToken).ConfigureAwait(false);
    }

    public ValueTask<RunRecord?> FindRunAsync(RunId runId, CancellationToken cancellationToken = default) =>
        Opened.Readers.LookUpAsync(session => RunTable.Find(session, runId), cancellationToken);

    public ValueTask<RunPage> SearchRunsAsync(RunQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        CheckLimit(query.Limit, RunQuery.MaximumLimit, nameof(query));
        OpenedStore opened = Opened;
        RunSearch search = new(query, opened.Cursors);
        return opened.Readers.SearchAsync(search.Run, cancellationToken);
    }

    public ValueTask<KillRecord?> FindKillAsync(KillId killId, CancellationToken cancellationToken = default) =>
        Opened.Readers.LookUpAsync(session => KillTable.Find(session, killId), cancellationToken);

    public ValueTask<KillRecord?> FindKillByKeyAsync(RunId runId, string idempotencyKey, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(idempotencyKey);
        return Opened.Readers.LookUpAsync(session => KillTable.FindByKey(session, runId, idempotencyKey), cancellationToken);
    }

    public ValueTask<IReadOnlyList<RunEvent>> ReadEventsAsync(EventCursor after, int limit, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(after.Position, nameof(after));
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return Opened.Readers.LookUpAsync<IReadOnlyList<RunEvent>>(session => EventTable.Read(session, after, limit), cancellationToken);
    }

    public async ValueTask<EventCursor> ReadLastCursorAsync(CancellationToken cancellationToken = default) =>
        await Opened.Readers.LookUpAsync(EventTable.LastCursor, cancellationToken).ConfigureAwait(false);

    public ValueTask<IReadOnlyList<AuditEntry>> ReadAuditAsync(AuditQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        CheckLimit(query.Limit, AuditQuery.MaximumLimit, nameof(query));
        ArgumentOutOfRangeException.ThrowIfNegative(query.Skip, nameof(query));
        return Opened.Readers.SearchAsync<IReadOnlyList<AuditEntry>>(session => AuditTable.Read(session, query), cancellationToken);
    }

    public ValueTask<IReadOnlyList<CleanupDebt>> ReadDebtsAsync(DebtQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        CheckLimit(query.Limit, DebtQuery.MaximumLimit, nameof(query));
        return Opened.Readers.LookUpAsync<IReadOnlyList<CleanupDebt>>(session => DebtTable.Read(session, query), cancellationToken);
    }

    public ValueTask<RunReceipt?> FindReceiptAsync(RunId runId, CancellationToken cancellationToken = default) =>
        Opened.Readers.LookUpAsync(session => ReceiptTable.Find(session, runId), cancellationToken);

    public ValueTask<IReadOnlyList<EvidenceRecord>> ReadEvidenceAsync(RunId runId, CancellationToken cancellationToken = default) =>
        Opened.Readers.SearchAsync<IReadOnlyList<EvidenceRecord>>(session => EvidenceTable.Read(session, runId), cancellationToken);

    public ValueTask<KillPage> SearchKillsAsync(KillQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        CheckLimit(query.Limit, KillQuery.MaximumLimit, nameof(query));
        OpenedStore opened = Opened;
        return opened.Readers.SearchAsync(session => KillSearch.Run(session, query, opened.Cursors), cancellationToken);
    }

    public ValueTask<EndPage> SearchEndsAsync(EndQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        CheckLimit(query.Limit, EndQuery.MaximumLimit, nameof(query));
        OpenedStore opened = Opened;
        return opened.Readers.SearchAsync(session => EndSearch.Run(session, query, opened.Cursors), cancellationToken);
    }

    public async ValueTask<PurgeResult> PurgeAsync(PurgeRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        CheckLimit(request.Limit, PurgeRequest.MaximumLimit, nameof(request));

        // What is lost with the machine is purged again.
        return (PurgeResult)await WriteAsync(session => SqlitePurge.Run(session, request), CommitDurability.Process, cancellationToken).ConfigureAwait(false);
    }

    public ValueTask<IReadOnlyList<string>> ReadChainIdsAsync(CancellationToken cancellationToken = default) =>
        Opened.Readers.SearchAsync<IReadOnlyList<string>>(AuditTable.ReadChainIds, cancellationToken);

    public ValueTask<IReadOnlyList<AuditChainRow>> ReadChainAsync(
        string chainId, long afterSequence, int limit, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(chainId);
        ArgumentOutOfRangeException.ThrowIfNegative(afterSequence);
        CheckLimit(limit, AuditQuery.MaximumLimit, nameof(limit));
        return Opened.Readers.SearchAsync<IReadOnlyList<AuditChainRow>>(
            session => AuditTable.ReadChain(session, chainId, afterSequence, limit), cancellationToken);
    }

    /// <summary>Writes what was asked for before, then closes every connection. The last to close a file takes its write-ahead log along.</summary>
    public async ValueTask DisposeAsync()
    {
        await _opening.WaitAsync().ConfigureAwait(false);
        try
        {
            if (!_disposed)
            {
                Volatile.Write(ref _disposed, true);
                if (_opened is { } opened)
                {
                    // The reading connections first: they cannot move the log into the file, and the last one to close does.
                    await opened.Readers.DisposeAsync().ConfigureAwait(false);
                    await opened.Writer.DisposeAsync().ConfigureAwait(false);
                }
            }
        }
        finally
        {
            _opening.Release();
        }
    }

    // A container that is disposed synchronously refuses services that can only be disposed asynchronously.
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private async ValueTask<object> WriteAsync(
        Func<SqliteSession, object> work, CommitDurability durability, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        SqliteWriter writer = Opened.Writer;
        using WriteRequest request = new(
            work, durability, _options.BusyTimeout, () => SqliteFaults.Busy(_file.Path, _options.BusyTimeout), _timeProvider, cancellationToken);
        writer.Enqueue(request);
        return await request.Answer.ConfigureAwait(false);
    }

    private static void CheckLimit(int limit, int maximum, string parameter)
    {
        if (limit < 1 || limit > maximum)
        {
            throw new ArgumentOutOfRangeException(parameter, limit, $"The limit is 1 to {maximum}.");
        }
    }

    private sealed record OpenedStore(SqliteWriter Writer, SqliteReaders Readers, PageCursor Cursors);
}
