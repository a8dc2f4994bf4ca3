using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Working;

/// <summary>What is seen of a real sqlite3.</summary>
public sealed class SqliteWorkTests : IDisposable
{
    private const int Limit = 30_000;

    private readonly WorkingRun _run = new();

    public void Dispose() => _run.Dispose();

    private IReadOnlyList<InFlightWork> Find(RunRecord? run = null) => _run.Observer.FindSqliteWork(run ?? _run.Record, _run.Tree());

    // The shell keeps the pipe open, so that sqlite3 waits for more.
    private Task<Child> SqliteAsync(string mode, string statements) =>
        _run.ShellAsync($"printf '.output /dev/null\\nPRAGMA journal_mode={mode};\\nCREATE TABLE IF NOT EXISTS t(x);\\n{statements}\\n.system echo ready\\n' > script; (cat script; exec sleep 50) | sqlite3 orders.db");

    [Theory(Timeout = Limit)]
    [InlineData("DELETE", "BEGIN IMMEDIATE;")]
    [InlineData("DELETE", "BEGIN EXCLUSIVE;")]
    [InlineData("DELETE", "BEGIN;INSERT INTO t VALUES(1);")]
    [InlineData("WAL", "BEGIN IMMEDIATE;")]
    [InlineData("WAL", "BEGIN;INSERT INTO t VALUES(1);")]
    public async Task Transaction_ThatWrites_IsNamedByItsDatabase(string mode, string statements)
    {
        await SqliteAsync(mode, statements);

        InFlightWork work = Assert.Single(Find());

        Assert.Equal(("write lock on orders.db", _run.File("orders.db")), (work.Description, work.Path));
        Assert.Contains(_run.Tree(), process => process.Pid == work.Pid && process.Name == "sqlite3");
    }

    [Theory(Timeout = Limit)]
    [InlineData("DELETE")]
    [InlineData("WAL")]
    public async Task Connection_ThatKeepsItsLockBetweenTransactions_CountsAsWriting(string mode)
    {
        await SqliteAsync(mode, "PRAGMA locking_mode=EXCLUSIVE;INSERT INTO t VALUES(1);");
        Assert.Equal("write lock on orders.db", Assert.Single(Find()).Description);
    }

    [Theory(Timeout = Limit)]
    [InlineData("DELETE", "BEGIN;SELECT * FROM t;")]
    [InlineData("DELETE", "BEGIN IMMEDIATE;COMMIT;")]
    [InlineData("WAL", "BEGIN;SELECT * FROM t;")]
    [InlineData("WAL", "BEGIN IMMEDIATE;COMMIT;")]
    public async Task Reader_IsNoWork(string mode, string statements)
    {
        await SqliteAsync(mode, statements);
        Assert.Empty(Find());
    }

    [Fact(Timeout = Limit)]
    public async Task Database_OutsideOfTheWorkDirectory_IsNotLookedAt()
    {
        await SqliteAsync("DELETE", "BEGIN IMMEDIATE;");
        Assert.Empty(Find(_run.Record with { WorkingDirectory = Directory.CreateDirectory(_run.File("elsewhere")).FullName }));
    }

    [Fact(Timeout = Limit)]
    public async Task Database_WhereTheTableOfLocksIsLongerThanAPage_IsFound()
    {
        await _run.PythonAsync("import fcntl,time\nl=[open('many%d'%i,'w') for i in range(300)]\nfor f in l: fcntl.flock(f,fcntl.LOCK_EX)\nprint('ready',flush=True); time.sleep(50)");
        await SqliteAsync("WAL", "BEGIN IMMEDIATE;");

        Assert.Equal("write lock on orders.db", Assert.Single(Find()).Description);
    }
}
