using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using WorkflowLifecycle.Cleanup.Watching;

namespace WorkflowLifecycle.DependencyInjection;

/// <summary>Adds a cleaner whose options have nothing to check but its times; once, however often it is asked for.</summary>
internal static class CleanerRegistration
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    /// <summary>The same for one that looks at runs that go on.</summary>
    public static IWorkflowLifecycleBuilder AddWatcherOnce<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions>(
        this IWorkflowLifecycleBuilder builder, Action<TOptions>? configure, Func<TOptions, TimeSpan> ceiling, Func<TOptions, TimeSpan> lookInterval, Func<IServiceProvider, IResourceCleaner> create)
        where TOptions : class
    {
        bool isNew = builder.Services.All(service => service.ServiceType != typeof(TOptions));
        builder.AddCleanerOnce(configure, ceiling, create);
        if (isNew)
        {
            builder.Services.AddOptions<TOptions>().Validate(
                options => LookRest.IsInterval(lookInterval(options)),
                $"{typeof(TOptions).Name}.LookInterval must be from 250 ms to 1 hour.");
        }

        return builder;
    }

    public static IWorkflowLifecycleBuilder AddCleanerOnce<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions>(
        this IWorkflowLifecycleBuilder builder, Action<TOptions>? configure, Func<TOptions, TimeSpan> ceiling, Func<IServiceProvider, IResourceCleaner> create)
        where TOptions : class
    {
        if (configure is not null)
        {
            builder.Services.Configure(configure);
        }

        // The options' own service is the sign that the cleaner is there already.
        if (builder.Services.All(service => service.ServiceType != typeof(TOptions)))
        {
            builder.Services.AddOptions<TOptions>().ValidateOnStart().Validate(
                options => ceiling(options) > TimeSpan.Zero && ceiling(options) <= Longest, $"{typeof(TOptions).Name}.Ceiling must be above 0 and at most 24 hours.");
            builder.Services.AddSingleton(static provider => provider.GetRequiredService<IOptions<TOptions>>().Value);
            builder.Services.AddSingleton(create);
        }

        return builder;
    }
}
