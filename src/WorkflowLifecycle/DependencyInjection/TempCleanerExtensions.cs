using Microsoft.Extensions.Options;
using WorkflowLifecycle;
using WorkflowLifecycle.Configuration;
using WorkflowLifecycle.Processes;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the cleaner of temp directories.</summary>
public static class TempCleanerExtensions
{
    /// <summary>
    /// Adds the cleaner <c>temp</c>: each run that is launched from now on gets a temp directory of its own (<c>TMPDIR</c>, <c>TMP</c>, <c>TEMP</c>), which is
    /// removed at its end. Calling it again only configures it further.
    /// </summary>
    public static IWorkflowLifecycleBuilder AddTempCleaner(this IWorkflowLifecycleBuilder builder, Action<TempCleanerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (configure is not null)
        {
            builder.Services.Configure(configure);
        }

        if (builder.Services.All(static service => service.ImplementationType != typeof(TempCleanerOptionsValidator)))
        {
            builder.Services.AddSingleton<IValidateOptions<TempCleanerOptions>, TempCleanerOptionsValidator>();
            builder.Services.AddOptions<TempCleanerOptions>().ValidateOnStart();
            builder.Services.AddSingleton<IResourceCleaner>(static provider => TempCleaner.Create(
                provider.GetRequiredService<IOptions<TempCleanerOptions>>().Value, provider.GetRequiredService<TimeProvider>()));
        }

        return builder;
    }
}
