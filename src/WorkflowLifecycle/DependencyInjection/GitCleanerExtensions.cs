using Microsoft.Extensions.Options;
using WorkflowLifecycle;
using WorkflowLifecycle.Configuration;
using WorkflowLifecycle.Processes;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the cleaner of git repositories.</summary>
public static class GitCleanerExtensions
{
    /// <summary>
    /// Adds the cleaner <c>git</c>: at the end of each run that is launched from now on, lock files are removed that the run left in its repositories
    /// and that nobody holds, and an interrupted rebase, merge or the like is reported. A lock that may be in use is never touched.
    /// Calling it again only configures it further.
    /// </summary>
    public static IWorkflowLifecycleBuilder AddGitCleaner(this IWorkflowLifecycleBuilder builder, Action<GitCleanerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (configure is not null)
        {
            builder.Services.Configure(configure);
        }

        if (builder.Services.All(static service => service.ImplementationType != typeof(GitCleanerOptionsValidator)))
        {
            builder.Services.AddSingleton<IValidateOptions<GitCleanerOptions>, GitCleanerOptionsValidator>();
            builder.Services.AddSingleton(static provider => GitCleaner.Create(
                provider.GetRequiredService<IOptions<GitCleanerOptions>>().Value, provider.GetRequiredService<TimeProvider>()));
        }

        return builder;
    }
}
