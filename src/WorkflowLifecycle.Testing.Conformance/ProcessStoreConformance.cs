using Xunit;

namespace WorkflowLifecycle.Testing.Conformance;

/// <summary>
/// The contract of <see cref="IProcessStore"/>, as tests. Derive a class from it in a test project on xunit.v3 and say how a store is made:
/// every fact then runs against that store, each on a fresh one.
/// </summary>
/// <remarks>
/// <para>Beyond what the interface says, the facts fix what callers rely on:</para>
/// <list type="bullet">
/// <item>A commit is checked in the order run added, run updated, kill updated, kill added; the first refusal is the answer. In one commit,
/// a kill may be closed and the next one opened.</item>
/// <item>A refusal carries the rows as they stand: the run that the commit names, and the kill in the way (by id, then by idempotency key,
/// then the open one) or, where a run was in the way, the kill that the commit names.</item>
/// <item>A kill keeps its run and its idempotency key; an update that names others is an <see cref="ArgumentException"/>.</item>
/// <item>A condition on states does not override <see cref="RunQuery.IncludeFinished"/>: every condition must hold.</item>
/// <item>The arguments are searched as one text, joined by single spaces.</item>
/// <item>Text comes back as it went in, NUL characters included. Unpaired surrogates may come back as U+FFFD.</item>
/// <item>Times come back in UTC, whatever their offset was.</item>
/// <item>The store is also an <see cref="IAuditChainSource"/>.</item>
/// </list>
/// </remarks>
public abstract partial class ProcessStoreConformance : IAsyncLifetime
{
    private IProcessStore? _store;

    /// <summary>The store under test: fresh and open.</summary>
    protected IProcessStore Store => _store ?? throw new InvalidOperationException("The store is made by InitializeAsync, which xunit calls.");

    /// <summary>Fires when the test is aborted.</summary>
    protected static CancellationToken Aborted => TestContext.Current.CancellationToken;

    /// <summary>Makes the store and opens it.</summary>
    public virtual async ValueTask InitializeAsync()
    {
        _store = await CreateStoreAsync();
        await _store.InitializeAsync(Aborted);
    }

    /// <summary>Disposes the store, where it can be.</summary>
    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        switch (_store)
        {
            case IAsyncDisposable store:
                await store.DisposeAsync();
                break;
            case IDisposable store:
                store.Dispose();
                break;
            default:
                break;
        }
    }

    /// <summary>A store without any rows, not opened yet. It is disposed by the suite.</summary>
    protected abstract ValueTask<IProcessStore> CreateStoreAsync();

    /// <summary>Opening twice is harmless.</summary>
    [Fact]
    public async Task Initialize_Again_KeepsEverything()
    {
        RunRecord run = await AddAsync(Sample.Run());

        await Store.InitializeAsync(Aborted);

        Assert.Equivalent(run, await Store.FindRunAsync(run.RunId, Aborted), strict: true);
    }

    /// <summary>The location is there for messages.</summary>
    [Fact]
    public void Location_OpenStore_IsNamed() => Assert.False(string.IsNullOrWhiteSpace(Store.Location));

    /// <summary>Commits, and expects it to be written.</summary>
    private async Task<CommitResult> WriteAsync(StoreCommit commit, CommitDurability durability = CommitDurability.Process)
    {
        CommitResult result = await Store.CommitAsync(commit, durability, Aborted);
        Assert.Equal(CommitOutcome.Committed, result.Outcome);
        return result;
    }

    private async Task<RunRecord> AddAsync(RunRecord run) => (await WriteAsync(new StoreCommit { AddRun = run })).Run!;

    private async Task<KillRecord> AddAsync(KillRecord kill) => (await WriteAsync(new StoreCommit { AddKill = kill })).Kill!;

    private async Task<CommitResult> TryAsync(StoreCommit commit) => await Store.CommitAsync(commit, CommitDurability.Process, Aborted);
}
