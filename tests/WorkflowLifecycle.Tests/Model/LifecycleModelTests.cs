using System.Globalization;
using CsCheck;
using WorkflowLifecycle.Tests.Support;

namespace WorkflowLifecycle.Tests.Model;

/// <summary>
/// The engine on a simulated machine, through random sequences of launches, kills, deaths, restarts and faults, against the promises.
/// A failure prints the seed and the shortest sequence that was found; <c>CsCheck_Seed=…</c> in the environment plays that one again first, and
/// <c>WORKFLOW_LIFECYCLE_MODEL_SEQUENCES</c> says how many are played. The threads of the engine are real, so that one seed may take a few attempts.
/// </summary>
[Collection(nameof(AloneCollection))]
[Trait("Scenario", "S21")]
public sealed class LifecycleModelTests : IDisposable
{
    private const int DefaultSequences = 200;

    // Many times what it takes: a sequence that never comes to rest is a failure like any other.
    private const int Limit = 180_000;

    private static readonly Gen<StepKind> Kinds = Gen.Frequency(
        (6, Gen.Const(StepKind.Launch)), (2, Gen.Const(StepKind.Ready)), (2, Gen.Const(StepKind.Exit)), (8, Gen.Const(StepKind.Kill)),
        (6, Gen.Const(StepKind.Pass)), (1, Gen.Const(StepKind.Look)), (2, Gen.Const(StepKind.Die)), (3, Gen.Const(StepKind.DieSoon)),
        (4, Gen.Const(StepKind.Start)), (1, Gen.Const(StepKind.LoseShim)), (3, Gen.Const(StepKind.Break)),
        (2, Gen.Const(StepKind.Heal)), (1, Gen.Const(StepKind.CleaningFails)), (1, Gen.Const(StepKind.CleaningWorks)));

    private static readonly Gen<Step> Steps = Gen.Select(Kinds, Gen.Int[0, 1], Gen.Int[0, 5], Gen.Int[0, 127], Gen.Int[0, 2], (kind, host, run, number, settles) =>
        new Step(kind, host, run, kind == StepKind.DieSoon ? number % 24 : number, settles > 0));

    // Without a launch nothing can go wrong.
    private static readonly Gen<IReadOnlyList<Step>> Sequence = Gen.Select(Gen.Int[0, 127], Steps.Array[3, 24], (number, steps) =>
        (IReadOnlyList<Step>)[new Step(StepKind.Launch, 0, 0, number, Settles: true), .. steps]);

    private static int Sequences =>
        int.TryParse(Environment.GetEnvironmentVariable("WORKFLOW_LIFECYCLE_MODEL_SEQUENCES"), CultureInfo.InvariantCulture, out int count) ? count : DefaultSequences;

    public void Dispose() => Rooms.Sweep();

    [Fact(Timeout = Limit)]
    public Task Engine_AnySequence_KeepsItsPromises() =>
        Task.Run(() => Sequence.Sample(Play, iter: Sequences, threads: 1, print: Describe), TestContext.Current.CancellationToken);

    private static void Play(IReadOnlyList<Step> steps)
    {
        using World world = new();
        if (world.Play(steps) is { } broken)
        {
            // Told here as well: it may take an order of the threads that does not come again.
            Assert.Fail($"{broken}\n{string.Join('\n', world.History)}");
        }
    }

    private static string Describe(IReadOnlyList<Step> steps)
    {
        (IReadOnlyList<Step> shortest, string broken) = Shortening.Shorten(steps);
        return $"{string.Join("\n  ", shortest)}\n{broken}";
    }
}
