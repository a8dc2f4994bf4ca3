using Microsoft.Extensions.DependencyInjection;
using WorkflowLifecycle.EndToEnd.Tests.Adoption;
using WorkflowLifecycle.Steps;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Steps;

/// <summary>A host that dies at one side of one step, and what another finds and makes of it.</summary>
internal sealed record StepCase(StepScenario Scenario, PersistedStep Step, StepSide Side, OnHostExit Policy)
{
    private const int Killed = 128 + 9;

    // Hosts by the dozen, one after the other: on a busy machine one of them takes long to start.
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(90);

    private static readonly RunId _id = RunId.Parse("step:1");

    /// <summary>Plays it through, in a room of its own.</summary>
    /// <returns>What is not as it should be.</returns>
    public async Task<IReadOnlyList<string>> PlayAsync()
    {
        TestRoom room = new();
        Directory.CreateDirectory(room.File("tmp"));
        List<RunRecord> rows = [];
        List<string> wrong = [];
        HelperProcess? tree = null;
        try
        {
            tree = Scenario.Adopts ? await StartTreeAsync(room) : null;
            await DieAsync(room, tree);
            await using Engine engine = Start(room);
            Aftermath aftermath = new(engine, _id, Policy, tree?.Pid);
            await aftermath.RecoverAsync();
            if (Scenario.After is { } after)
            {
                await RunAsync(room, ["do=" + after.Split(' ')[0], .. after.Split(' ')[1..]], 0);
            }

            wrong.AddRange(await aftermath.CheckAsync(Scenario.IsProven));
            rows.AddRange(await engine.AllRowsAsync());
        }
        catch (Exception exception)
        {
            wrong.Add($"{exception.GetType().Name}: {exception.Message}");
        }
        finally
        {
            if (tree is not null)
            {
                foreach (ProcessEntry entry in ProcessEntry.StandingIn(room.Path))
                {
                    Signals.Send("KILL", entry.Pid);
                }

                await tree.DisposeAsync();
            }

            foreach (string name in rows.Select(row => "wfl-" + row.InternalId))
            {
                Suite.Made.Add(name);
                if (File.Exists("/dev/shm/" + name))
                {
                    File.Delete("/dev/shm/" + name);
                    wrong.Add($"left behind: /dev/shm/{name}");
                }
            }

            wrong.AddRange((await room.CleanAsync(rows)).Select(left => "left behind: " + left));
        }

        return [.. wrong.Select(what => $"{this}: {what}")];
    }

    public override string ToString() => $"{Scenario.Name}, {Side} {Step}, {Policy}";

    private static async Task<HelperProcess> StartTreeAsync(TestRoom room)
    {
        HelperProcess tree = new(room.Path, "/bin/sh", ["-c", "sleep 300 & echo ready; wait"]);
        await tree.ReadAsync("ready");
        return tree;
    }

    // What a fresh host has, as the ones that died had it.
    private static Engine Start(TestRoom room) => new(
        room,
        configure: static options => options.GitCeiling = TimeSpan.FromSeconds(2),
        services: services => services.AddWorkflowLifecycle().AddTempCleaner(options => options.Directory = room.File("tmp")).AddSharedMemoryCleaner());

    private async Task DieAsync(TestRoom room, HelperProcess? tree)
    {
        int? root = Scenario.AdoptsUs ? Environment.ProcessId : tree?.Pid;
        string[] token = root is { } pid ? ["token=" + AdoptionTest.Token(pid)] : [];
        foreach (string before in Scenario.Before)
        {
            await RunAsync(room, [.. before.Split(' '), .. token], before.Contains("die=", StringComparison.Ordinal) ? Killed : 0);
        }

        if (Scenario.Restarts)
        {
            await RestartAsync(room);
        }

        await RunAsync(room, ["do=" + Scenario.Actions, .. Scenario.Options, .. token, $"die={Step}:{Side}"], Killed);
    }

    private async Task RunAsync(TestRoom room, IReadOnlyList<string> options, int exitCode)
    {
        string[] policy = Policy == OnHostExit.Keep ? ["keep"] : [];
        await using HelperProcess host = new(
            room.Path, HelperProcess.HostProgram, ["steps", room.Path, _id.Value, .. policy, .. options, "--", "/bin/sh", "-c", Scenario.Script]);
        int code = await host.WaitForExitAsync(_patience);
        Assert.True(code == exitCode, $"the host ended with {code}, not {exitCode}: {await host.ReadAllAsync()}");
    }

    // As the next boot finds the row: everything of the run is gone, and its host was of a boot that is over.
    private static async Task RestartAsync(TestRoom room)
    {
        await Wait.UntilAsync("the tree is gone", () => ProcessEntry.StandingIn(room.Path).Count == 0);
        await using Engine engine = Start(room);
        await engine.Store.InitializeAsync();
        RunRecord row = (await engine.Store.FindRunAsync(_id))!;
        RunRecord before = row with
        {
            Host = row.Host with { BootId = Guid.NewGuid().ToString() },
            Containment = row.Containment! with { Shim = row.Containment.Shim! with { BootId = Guid.NewGuid().ToString() } },
        };
        await engine.Store.CommitAsync(new StoreCommit { UpdateRun = before }, CommitDurability.Machine);
        foreach (string directory in Directory.GetDirectories(Path.Combine(room.RuntimeDirectory, "r")))
        {
            Directory.Delete(directory, recursive: true);
        }

        Directory.Delete(row.Containment.CgroupPath!);
    }
}
