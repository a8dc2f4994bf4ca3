using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace WorkflowLifecycle.Tests.Cleanup;

/// <summary>The verbs that add the cleaners of shared memory, System V IPC and sockets, and the leak detection.</summary>
public sealed class KernelCleanerRegistrationTests
{
    private static readonly string[] _names = [CleanerNames.Leaks, CleanerNames.SharedMemory, CleanerNames.Sockets, CleanerNames.SystemVIpc];

    private static IWorkflowLifecycleBuilder AddAll(IServiceCollection services) =>
        services.AddWorkflowLifecycle().AddSharedMemoryCleaner().AddSystemVIpcCleaner().AddSocketCleaner().AddLeakDetection();

    [Fact]
    public void Add_Twice_AddsEachCleanerOnce()
    {
        ServiceCollection services = new();
        AddAll(services);
        AddAll(services).AddSharedMemoryCleaner(options => options.Ceiling = TimeSpan.FromSeconds(7));

        using ServiceProvider provider = services.BuildServiceProvider();
        IResourceCleaner[] cleaners = [.. provider.GetServices<IResourceCleaner>()];

        Assert.Equal(_names, cleaners.Select(cleaner => cleaner.Name).Order(StringComparer.Ordinal));
        Assert.Equal(TimeSpan.FromSeconds(7), cleaners.Single(cleaner => cleaner.Name == CleanerNames.SharedMemory).Ceiling);
        Assert.IsType<IResourceProvider>(cleaners.Single(cleaner => cleaner.Name == CleanerNames.Leaks), exactMatch: false);
    }

    [Fact]
    public void Add_None_AddsNone()
    {
        ServiceCollection services = new();
        services.AddWorkflowLifecycle();

        using ServiceProvider provider = services.BuildServiceProvider();

        Assert.DoesNotContain(provider.GetServices<IResourceCleaner>(), cleaner => _names.Contains(cleaner.Name));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(25 * 3600)]
    public void Add_CeilingOutOfRange_IsRefusedByName(int seconds)
    {
        ServiceCollection services = new();
        services.AddWorkflowLifecycle().AddSocketCleaner(options => options.Ceiling = TimeSpan.FromSeconds(seconds));

        using ServiceProvider provider = services.BuildServiceProvider();

        Assert.Contains("SocketCleanerOptions.Ceiling", Assert.Throws<OptionsValidationException>(() => provider.GetServices<IResourceCleaner>().ToArray()).Message, StringComparison.Ordinal);
    }
}
