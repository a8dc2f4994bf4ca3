using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests;

/// <summary>A test with real processes in a room of its own. It fails when anything of it is left.</summary>
public abstract class EndToEndTest : IAsyncLifetime
{
    /// <summary>Milliseconds that a test may take.</summary>
    protected const int Limit = 60_000;

    private readonly List<Engine> _engines = [];
    private readonly List<HelperProcess> _helpers = [];

    internal TestRoom Room { get; } = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (HelperProcess helper in _helpers)
        {
            await helper.DisposeAsync();
        }

        List<RunRecord> rows = [];
        foreach (Engine engine in Enumerable.Reverse(_engines))
        {
            rows.AddRange(await engine.AllRowsAsync());
            try
            {
                await engine.EndAllAsync();
            }
            finally
            {
                await engine.DisposeAsync();
            }
        }

        rows.ForEach(row => Suite.Made.Add("wfl-" + row.InternalId));
        IReadOnlyList<string> left = await Room.CleanAsync(rows);
        Assert.True(left.Count == 0, "The test left behind:\n" + string.Join('\n', left) + "\nlogs:\n" + string.Join('\n', _engines.SelectMany(engine => engine.Logs.Entries)));
        GC.SuppressFinalize(this);
    }

    internal Engine Start(
        ContainmentStrength strength = ContainmentStrength.CgroupAndReaper,
        Action<WorkflowLifecycleOptions>? configure = null,
        Action<IServiceCollection>? services = null,
        bool inMemory = false)
    {
        Engine engine = new(Room, strength, configure, services, inMemory);
        _engines.Add(engine);
        return engine;
    }

    /// <summary>Starts a program that is no run: a stranger, or another host.</summary>
    internal HelperProcess StartHelper(string program, params IReadOnlyList<string> arguments)
    {
        HelperProcess helper = new(Room.Path, program, arguments);
        _helpers.Add(helper);
        return helper;
    }

    internal HelperProcess StartHost(string verb, string runId, params IReadOnlyList<string> arguments) =>
        StartHelper(HelperProcess.HostProgram, [verb, Room.Path, runId, .. arguments]);
}
