using System.Text.Json;
using System.Text.Json.Serialization;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Environments;

/// <summary>A host in surroundings of its own, made of this machine by namespaces, mounts, another user or a filter: nothing is pretended.</summary>
public abstract class EnvironmentTest : EndToEndTest
{
    private const string Outer = """
        echo $$ > "$CG/cgroup.procs"
        eval "$OUTSIDE"
        exec unshare $NAMESPACES --propagation private sh -euc "$INNER"
        """;

    internal TestCgroup Cgroup { get; private set; } = null!;

    private static JsonSerializerOptions ToolJson { get; } = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() },
    };

    internal async Task<TrialOutcome> TryAsync(Surroundings surroundings, Action? beforeTheKill = null)
    {
        await RequireAsync(surroundings);
        await using TestCgroup cgroup = new();
        Cgroup = cgroup;
        HelperProcess host = StartHelper("env", [.. Variables(surroundings), "sh", "-euc", Outer]);
        string doctor = await host.ReadAsync("doctor");
        string keep = await host.ReadAsync("keep");
        string minimum = await host.ReadAsync("minimum");
        string strength = await host.ReadAsync("ready");
        await Wait.UntilAsync("the whole tree is there", () => Tree().Count == 4);

        beforeTheKill?.Invoke();
        await host.SayAsync("go");
        string report = await host.ReadAsync("report");
        IReadOnlyList<ProcessEntry> left = Tree();
        string ended = await host.ReadAsync("ended");
        Assert.Equal(0, await host.WaitForExitAsync());
        await Wait.UntilAsync("nobody is left of the test", () => cgroup.IsEmpty);
        Assert.Empty(left);
        return new TrialOutcome(
            JsonSerializer.Deserialize<EnvironmentReport>(doctor)!, await ReadToolAsync(), keep, minimum, strength, JsonSerializer.Deserialize<KillReport>(report)!, ended);
    }

    /// <summary>The host dies by SIGKILL, and its tree with it.</summary>
    internal async Task KillHostAsync(Surroundings surroundings)
    {
        await RequireAsync(surroundings);
        await using TestCgroup cgroup = new();
        Cgroup = cgroup;
        HelperProcess host = StartHelper("env", [.. Variables(surroundings), "sh", "-euc", Outer]);
        await host.ReadAsync("ready");
        await Wait.UntilAsync("the whole tree is there", () => Tree().Count == 4);

        await host.KillAsync();

        await Wait.UntilAsync("the tree is gone", () => Tree().Count == 0);
        RunRecord row = await Start().RowAsync(RunId.Parse("environment:1"));
        Assert.Equal((RunState.Killed, EndProof.CgroupAndReaperEmpty), (row.State, row.Proof));
        await Wait.UntilAsync("nobody is left of the test", () => cgroup.IsEmpty);
    }

    /// <summary>Where no launch succeeds: what the doctor says, and the error.</summary>
    internal async Task<(EnvironmentReport Doctor, string Error)> TryRefusedAsync(Surroundings surroundings)
    {
        await RequireAsync(surroundings);
        await using TestCgroup cgroup = new();
        Cgroup = cgroup;
        HelperProcess host = StartHelper("env", [.. Variables(surroundings), "sh", "-euc", Outer]);
        string doctor = await host.ReadAsync("doctor");
        string error = await host.ReadAsync("error");
        Assert.Equal(1, await host.WaitForExitAsync());
        await Wait.UntilAsync("nobody is left of the test", () => cgroup.IsEmpty);
        return (JsonSerializer.Deserialize<EnvironmentReport>(doctor)!, error);
    }

    /// <summary>The processes of the tree, wherever they are: their command line names the test's cgroup.</summary>
    internal IReadOnlyList<ProcessEntry> Tree() =>
        [.. ProcessEntry.All().Where(process => process.Name == "perl" && process.CommandLine.EndsWith(Cgroup.Name + " ", StringComparison.Ordinal))];

    private async Task RequireAsync(Surroundings surroundings)
    {
        Assert.SkipUnless(TestCgroup.CanBeMade, "Making these surroundings takes root and cgroup v2.");
        Assert.SkipUnless(
            !surroundings.Through.StartsWith(Surroundings.AsNobody, StringComparison.Ordinal) || await Surroundings.IsReachableByNobodyAsync(StartHelper),
            "The user nobody cannot reach the build output.");
    }

    private string[] Variables(Surroundings surroundings)
    {
        string take = surroundings.TakesOver ? "exec " : string.Empty;
        string app = AppContext.BaseDirectory.TrimEnd('/');
        string inner = $"""
            {surroundings.Inside}
            cd "$ROOM"
            {surroundings.Through} "$APP/workflowctl" doctor --json > "$ROOM/doctor.json"
            {take}{surroundings.Through} "{HelperProcess.HostProgram}" trial "$ROOM" environment:1 emergency capture {surroundings.HostOptions} -- perl "$PROGRAMS/stubborn.pl" 3 "$NAME"
            """;
        return
        [
            "ROOM=" + Room.Path, "CG=" + Cgroup.Path, "NAME=" + Cgroup.Name, "V2=" + Cgroup.Mount, "APP=" + app, "PROGRAMS=" + app + "/programs",
            "OUTSIDE=" + surroundings.Outside, "NAMESPACES=" + surroundings.Namespaces, "INNER=" + inner,
            "WORKFLOW_LIFECYCLE_RUNTIME_DIR=" + Room.RuntimeDirectory,
        ];
    }

    private async Task<EnvironmentReport> ReadToolAsync() =>
        JsonSerializer.Deserialize<EnvironmentReport>(await File.ReadAllTextAsync(Room.File("doctor.json")), ToolJson)!;
}
