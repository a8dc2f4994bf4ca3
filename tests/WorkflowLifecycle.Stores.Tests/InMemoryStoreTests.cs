using Microsoft.Extensions.DependencyInjection;
using WorkflowLifecycle.Testing.Conformance;

namespace WorkflowLifecycle.Stores.Tests;

public sealed class InMemoryStoreTests : ProcessStoreConformance
{
    protected override ValueTask<IProcessStore> CreateStoreAsync() => ValueTask.FromResult(
        new StoreBuilder().UseInMemoryStore().Services.BuildServiceProvider().GetRequiredService<IProcessStore>());
}
