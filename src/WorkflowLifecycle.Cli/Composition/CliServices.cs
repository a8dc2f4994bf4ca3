using System.Security.Claims;
using Microsoft.Extensions.DependencyInjection;

namespace WorkflowLifecycle.Cli.Composition;

/// <summary>The library composed for the command line: the one file that names the engine and the store.</summary>
internal sealed class CliServices(TimeProvider time) : IWorkflowSessions
{
    // A person who looks waits half a second; the usual 5 s are for what must not be lost.
    private static readonly TimeSpan LookingLimit = TimeSpan.FromMilliseconds(500);

    public ClaimsPrincipal Caller { get; } = WorkflowPrincipal.LocalUser();

    public async ValueTask<IWorkflowSession> OpenAsync(StoreChoice store, StoreUse use, CancellationToken cancellationToken)
    {
        // A host decides when the schema of its store changes; a tool that happens to be newer must not lock it out.
        WorkflowSession session = Compose(builder => builder.UseSqliteStore(store.File, options =>
        {
            options.Migrate = false;
            options.BusyTimeout = use is StoreUse.Look or StoreUse.Emergency ? LookingLimit : options.BusyTimeout;
        }));
        try
        {
            await session.Store.InitializeAsync(cancellationToken).ConfigureAwait(false);

            // The engine merges what was spooled at its first use, and some commands read the store beside it.
            if (use != StoreUse.Emergency)
            {
                await session.Kills.FindReportAsync(KillId.New(time), cancellationToken).ConfigureAwait(false);
            }

            return session;
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public IWorkflowSession OpenAway(string location, string problem) => Compose(builder =>
    {
        builder.Services.AddSingleton<IProcessStore>(new AwayStore(location, problem));
        return builder;
    });

    public IWorkflowSession OpenWithoutStore() => Compose(static builder => builder);

    private WorkflowSession Compose(Func<IWorkflowLifecycleBuilder, IWorkflowLifecycleBuilder> chooseStore)
    {
        ServiceCollection services = new();
        services.AddSingleton(time);

        // A tool that leaves again takes no tree over, and says first what it found.
        IWorkflowLifecycleBuilder builder = services.AddWorkflowLifecycle(static options => options.RecoverOnStart = false);

        // All there are: a run has those that it was launched with, whoever ends it, and a debt is retried by whoever has its cleaner.
        chooseStore(builder
            .AddTempCleaner().AddWorkDirectoryCleaner().AddGitCleaner().AddLockFileCleaner().AddContainerCleaner()
            .AddSharedMemoryCleaner().AddSystemVIpcCleaner().AddSocketCleaner().AddLeakDetection().AddManagedStacks());
        return new WorkflowSession(services.BuildServiceProvider());
    }
}
