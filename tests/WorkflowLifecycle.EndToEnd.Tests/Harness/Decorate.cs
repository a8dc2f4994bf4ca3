using Microsoft.Extensions.DependencyInjection;

namespace WorkflowLifecycle.EndToEnd.Tests;

/// <summary>Puts something around a registered service.</summary>
internal static class Decorate
{
    public static void With<TService>(this IServiceCollection services, Func<TService, TService> decorate)
        where TService : class
    {
        ServiceDescriptor inner = services.Last(service => service.ServiceType == typeof(TService));
        services.Remove(inner);
        services.AddSingleton(provider => decorate(inner.ImplementationFactory is { } make
            ? (TService)make(provider)
            : (TService)ActivatorUtilities.CreateInstance(provider, inner.ImplementationType!)));
    }
}
