using WorkflowLifecycle.Steps;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Steps;

/// <summary>A host dies by SIGKILL at either side of every step that it can take, and another goes on from there.</summary>
public sealed class StepTests
{
    // More would make the few processors wait for each other, and nothing faster.
    private const int AtOnce = 4;

    public static TheoryData<string> Names => [.. StepScenarios.All.Select(scenario => scenario.Name)];

    [Fact]
    public void Steps_OfTheEngine_AllHaveACase()
    {
        IEnumerable<PersistedStep> without = Enum.GetValues<PersistedStep>().Except(StepScenarios.All.SelectMany(scenario => scenario.Steps));

        Assert.True(!without.Any(), "Nobody dies at these steps; name each in a scenario that takes it: " + string.Join(", ", without));
    }

    [Theory(Timeout = 300_000)]
    [MemberData(nameof(Names))]
    [Trait("Scenario", "S21")]
    [Trait("Scenario", "S22")]
    public async Task Host_ThatDiesAtAStep_LosesNothing(string name)
    {
        StepScenario scenario = StepScenarios.All.Single(scenario => scenario.Name == name);
        List<string> wrong = [];
        await Parallel.ForEachAsync(scenario.Cases, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (each, _) =>
        {
            IReadOnlyList<string> found = await each.PlayAsync();
            lock (wrong)
            {
                wrong.AddRange(found);
            }
        });

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }
}
