using Microsoft.Extensions.Options;
using WorkflowLifecycle;
using WorkflowLifecycle.Configuration;
using WorkflowLifecycle.Processes;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the cleaner of PID and lock files.</summary>
public static class LockFileCleanerExtensions
{
    /// <summary>
    /// Adds the cleaner <c>lock-files</c>: at the end of each run that is launched from now on, files such as <c>server.pid</c> are removed that the run left
    /// and that name a process which is dead. What names a live process is never touched. Calling it again only configures it further.
    /// </summary>
    public static IWorkflowLifecycleBuilder AddLockFileCleaner(this IWorkflowLifecycleBuilder builder, Action<LockFileCleanerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (configure is not null)
        {
            builder.Services.Configure(configure);
        }

        if (builder.Services.All(static service => service.ImplementationType != typeof(LockFileCleanerOptionsValidator)))
        {
            builder.Services.AddSingleton<IValidateOptions<LockFileCleanerOptions>, LockFileCleanerOptionsValidator>();
            builder.Services.AddSingleton(static provider => LockFileCleaner.Create(
                provider.GetRequiredService<IOptions<LockFileCleanerOptions>>().Value, provider.GetRequiredService<TimeProvider>()));
        }

        return builder;
    }
}
