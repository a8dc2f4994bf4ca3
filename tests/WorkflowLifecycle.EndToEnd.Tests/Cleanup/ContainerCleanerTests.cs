using Microsoft.Extensions.DependencyInjection;
using WorkflowLifecycle.Tests.Shared;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Cleanup;

/// <summary>Containers that a run starts with a real engine, and of which something stays when its tree has ended.</summary>
public sealed class ContainerCleanerTests : EndToEndTest
{
    private const int Patience = 90_000;
    private const string Labels = "$WORKFLOW_LIFECYCLE_CONTAINER_LABELS";

    private static readonly RunId _id = RunId.Parse("containers:1");

    [Theory(Timeout = Patience)]
    [InlineData("podman", KillMode.Emergency)]
    [InlineData("podman", KillMode.Graceful)]
    [InlineData("docker", KillMode.Emergency)]
    [InlineData("docker", KillMode.Graceful)]
    public async Task Kill_OfARunThatStartedAContainer_RemovesIt_AndNoOthers(string name, KillMode mode)
    {
        using ContainerEngine containers = StartContainers(name);
        Engine engine = StartWith(containers);
        string stranger = containers.Run("--label workflow-lifecycle.run=containers:1 --label workflow-lifecycle.id=0123");
        await using ITrackedProcess process = await engine.LaunchReadyAsync(Script(engine, containers, "echo ready; trap 'kill $!; exit 0' TERM; sleep 300 & wait"));
        string mine = (await File.ReadAllTextAsync(Room.File("id"))).Trim();
        Assert.Contains(mine, containers.List());

        KillReport report = await engine.Kills.KillAsync(_id, mode == KillMode.Emergency ? Engine.Emergency() : Engine.Graceful(seconds: 3));

        // Without a daemon, the container's monitor is a process of the run like any other, and here it waits for a container that does not listen.
        bool isInTree = name == "podman";
        Assert.Equal(isInTree, report.ProcessesBefore.Any(process => process.Name == "conmon"));
        Assert.Equal(mode == KillMode.Emergency || isInTree ? KillOutcome.Killed : KillOutcome.ExitedGracefully, report.Outcome);
        AssertRemoved(Assert.Single(report.Cleanup, line => line.Cleaner == CleanerNames.Containers), name, mine);
        Assert.Equal([stranger], containers.List());
        Assert.Empty(await engine.Store.ReadDebtsAsync(new DebtQuery()));
    }

    [Theory(Timeout = Patience)]
    [InlineData("podman")]
    [InlineData("docker")]
    public async Task Exit_OfARunThatStartedAContainer_RemovesIt_AndNotThatOfAnotherRun(string name)
    {
        using ContainerEngine containers = StartContainers(name);
        Engine engine = StartWith(containers);
        RunId other = RunId.Parse("containers:2");
        await using ITrackedProcess goesOn = await engine.LaunchReadyAsync(Script(engine, containers, "echo ready; sleep 300") with { RunId = other });
        string theirs = (await File.ReadAllTextAsync(Room.File("id"))).Trim();

        RunResult result = await engine.Launcher.RunAsync(Script(engine, containers, "exit 3"));

        Assert.Equal(3, result.ExitCode);
        string mine = (await File.ReadAllTextAsync(Room.File("id"))).Trim();
        RunReceipt receipt = (await engine.Registry.FindReceiptAsync(_id))!;
        AssertRemoved(Assert.Single(receipt.Cleanup, line => line.Cleaner == CleanerNames.Containers), name, mine);
        Assert.Equal([theirs], containers.List());
        KillReport report = await engine.Kills.KillAsync(other, Engine.Emergency());
        AssertRemoved(Assert.Single(report.Cleanup, line => line.Cleaner == CleanerNames.Containers), name, theirs);
        Assert.Empty(containers.List());
    }

    private static ContainerEngine StartContainers(string name)
    {
        ContainerEngine containers = ContainerEngine.Create(name);
        if (containers.Missing is { } missing)
        {
            containers.Dispose();
            Assert.Skip(missing);
        }

        containers.Start();
        return containers;
    }

    private static void AssertRemoved(CleanupResult line, string name, string id)
    {
        Assert.Equal((CleanupOutcomes.Clean, 0), (line.Outcome, line.Remaining.Count));
        Assert.StartsWith($"{name} {id[..12]} ", Assert.Single(line.Cleaned), StringComparison.Ordinal);
    }

    private Engine StartWith(ContainerEngine containers) => Start(services: services => services.AddWorkflowLifecycle().AddContainerCleaner(
        options => options.Clients.Add(new ContainerClient { Path = containers.Client, Arguments = containers.Arguments })));

    private static LaunchRequest Script(Engine engine, ContainerEngine containers, string then) =>
        engine.Shell($"{containers.RunLine(Labels)} > id || exit 9; {then}") with { RunId = _id };
}
