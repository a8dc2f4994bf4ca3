using Microsoft.Extensions.DependencyInjection;
using WorkflowLifecycle.Testing.Conformance;

namespace WorkflowLifecycle.Stores.Tests;

public sealed class SqliteStoreTests : ProcessStoreConformance
{
    private readonly TemporaryDirectory _directory = new();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _directory.Dispose();
    }

    protected override ValueTask<IProcessStore> CreateStoreAsync() => ValueTask.FromResult(
        new StoreBuilder().UseSqliteStore(_directory.File("workflows.db")).Services.BuildServiceProvider().GetRequiredService<IProcessStore>());
}
