using System.Globalization;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Killing;

/// <summary>The program kills its own shim, with the rights that it has: root here.</summary>
public sealed class ShimKilledByItsTreeTests(ITestOutputHelper output) : EndToEndTest
{
    // The host must notice within 100 ms. A shared machine is not held to that here; the figure is printed.
    [Theory(Timeout = Limit)]
    [InlineData(ContainmentStrength.CgroupAndReaper, ContainmentStrength.CgroupOnly, KillOutcome.Killed)]
    [InlineData(ContainmentStrength.Reaper, ContainmentStrength.BestEffort, KillOutcome.EndedUnproven)]
    [Trait("Scenario", "S20")]
    public async Task Host_OfATreeThatKillsItsShim_SaysTheLowerStrengthAndCanStillEndIt(ContainmentStrength strength, ContainmentStrength lowered, KillOutcome outcome)
    {
        Engine engine = Start(strength);
        await using ITrackedProcess process = await engine.LaunchReadyAsync(
            engine.Shell("trap '' TERM; sh -c 'trap \"\" TERM; sleep 300' & echo ready; while [ ! -e go ]; do sleep 0.01; done; date +%s%N > at; kill -9 $PPID; while :; do sleep 1; done"));
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(5));
        Task<RunEvent> noticed = FirstAsync(engine, "run.strength-lowered", limit.Token);

        await File.WriteAllTextAsync(Room.File("go"), string.Empty);

        RunEvent said = await noticed;
        DateTimeOffset killed = DateTimeOffset.UnixEpoch.AddTicks(long.Parse(await File.ReadAllTextAsync(Room.File("at")), CultureInfo.InvariantCulture) / 100);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{strength}: recorded {(said.At - killed).TotalMilliseconds:0.0} ms after the program ran kill"));
        Assert.Equal(lowered.ToString(), said.Message);
        Assert.Equal(lowered, (await engine.RowAsync(process.RunId)).Containment!.Strength);

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Emergency());

        Assert.Equal((outcome, lowered), (report.Outcome, report.Strength));
        Assert.DoesNotContain(ProcessEntry.StandingIn(Room.Path), entry => !entry.IsZombie);
    }

    private static async Task<RunEvent> FirstAsync(Engine engine, string kind, CancellationToken cancellationToken)
    {
        await foreach (RunEvent happened in engine.Registry.WatchAsync(cancellationToken: cancellationToken))
        {
            if (happened.Kind == kind)
            {
                return happened;
            }
        }

        throw new InvalidOperationException($"The stream ended before {kind}.");
    }
}
