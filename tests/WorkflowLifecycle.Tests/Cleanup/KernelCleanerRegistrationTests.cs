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

    [Theory]
    [InlineData(249)]
    [InlineData(0)]
    [InlineData(3_600_001)]
    public void Add_LookIntervalOutOfRange_IsRefusedByName(int milliseconds)
    {
        TimeSpan interval = TimeSpan.FromMilliseconds(milliseconds);

        Assert.Contains("SocketCleanerOptions.LookInterval", Refusal(builder => builder.AddSocketCleaner(options => options.LookInterval = interval)), StringComparison.Ordinal);
        Assert.Contains("SharedMemoryCleanerOptions.LookInterval", Refusal(builder => builder.AddSharedMemoryCleaner(options => options.LookInterval = interval)), StringComparison.Ordinal);
        Assert.Contains("SystemVIpcCleanerOptions.LookInterval", Refusal(builder => builder.AddSystemVIpcCleaner(options => options.LookInterval = interval)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(250)]
    [InlineData(3_600_000)]
    public void Add_LookIntervalInRange_IsTheWatchers(int milliseconds)
    {
        ServiceCollection services = new();
        services.AddWorkflowLifecycle().AddSocketCleaner(options => options.LookInterval = TimeSpan.FromMilliseconds(milliseconds));

        using ServiceProvider provider = services.BuildServiceProvider();

        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Assert.IsType<IResourceWatcher>(Assert.Single(provider.GetServices<IResourceCleaner>()), exactMatch: false).LookInterval);
    }

    [Fact]
    public void Add_AllWithoutAWord_LookEveryFiveSeconds()
    {
        ServiceCollection services = new();
        AddAll(services);

        using ServiceProvider provider = services.BuildServiceProvider();

        Assert.Equal(Enumerable.Repeat(TimeSpan.FromSeconds(5), 3), provider.GetServices<IResourceCleaner>().OfType<IResourceWatcher>().Select(watcher => watcher.LookInterval));
    }

    private static string Refusal(Action<IWorkflowLifecycleBuilder> add)
    {
        ServiceCollection services = new();
        add(services.AddWorkflowLifecycle());
        using ServiceProvider provider = services.BuildServiceProvider();
        return Assert.Throws<OptionsValidationException>(() => provider.GetServices<IResourceCleaner>().ToArray()).Message;
    }
}
