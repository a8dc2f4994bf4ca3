using Microsoft.Extensions.DependencyInjection;
using WorkflowLifecycle.Tests.Support;

namespace WorkflowLifecycle.Tests.Cleanup;

/// <summary>What a cleaner may be, and what a launch may ask for.</summary>
public sealed class CleanerRulesTests : IAsyncDisposable
{
    private readonly List<IResourceCleaner> _cleaners = [];
    private readonly Engine _engine;

    public CleanerRulesTests() => _engine = new Engine(services => _cleaners.ForEach(cleaner => services.AddSingleton(cleaner)));

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Theory]
    [InlineData("")]
    [InlineData("With Spaces")]
    [InlineData("cgroup")]
    [InlineData("containment")]
    [InlineData("a-name-of-more-than-forty-characters-is-too-long")]
    public void Cleaner_OfABadName_IsRefused(string name)
    {
        _cleaners.Add(new ScriptedCleaner(name));

        InvalidOperationException problem = Assert.Throws<InvalidOperationException>(() => _engine.Launcher);

        Assert.Contains("name", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cleaner_TwoOfOneName_AreRefusedNamingBoth()
    {
        _cleaners.AddRange([new ScriptedCleaner("temp"), new ScriptedProvider("temp")]);

        Assert.Contains("ScriptedCleaner and ScriptedProvider", Assert.Throws<InvalidOperationException>(() => _engine.Launcher).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cleaner_WithoutACeiling_IsRefused()
    {
        _cleaners.Add(new ScriptedCleaner { Ceiling = TimeSpan.Zero });

        Assert.Throws<InvalidOperationException>(() => _engine.Launcher);
    }

    [Theory]
    [InlineData(249, false)]
    [InlineData(250, true)]
    [InlineData(3_600_000, true)]
    [InlineData(3_600_001, false)]
    public void Watcher_LooksBetweenFourTimesASecondAndOnceAnHour(int milliseconds, bool isFine)
    {
        _cleaners.Add(new ScriptedWatcher { LookInterval = TimeSpan.FromMilliseconds(milliseconds) });

        Exception? problem = Record.Exception(() => _engine.Launcher);

        Assert.Equal(isFine, problem is null);
    }

    [Fact(Timeout = 30_000)]
    public async Task Launch_WithACleanerThatIsNotHere_IsRefusedNamingThoseThatAre()
    {
        _cleaners.AddRange([new ScriptedCleaner("one"), new ScriptedCleaner("two")]);

        ArgumentException problem = await Assert.ThrowsAsync<ArgumentException>(() => _engine.Launcher.LaunchAsync(new LaunchRequest("/bin/agent") { Cleaners = ["one", "three"] }));

        Assert.Contains("no cleaner 'three'; it has one, two", problem.Message, StringComparison.Ordinal);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(WorkDirectoryPolicy.Delete)]
    [InlineData(WorkDirectoryPolicy.Archive)]
    public async Task Launch_WhoseWorkDirectoryNobodyHereDeletes_IsRefused(WorkDirectoryPolicy policy)
    {
        ArgumentException problem = await Assert.ThrowsAsync<ArgumentException>(() => _engine.Launcher.LaunchAsync(new LaunchRequest("/bin/agent") { WorkDirectory = policy }));

        Assert.Contains("AddWorkDirectoryCleaner", problem.Message, StringComparison.Ordinal);
    }
}
