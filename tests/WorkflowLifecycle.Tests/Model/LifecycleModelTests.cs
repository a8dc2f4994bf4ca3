using System.Globalization;
using CsCheck;
using WorkflowLifecycle.Tests.Support;

namespace WorkflowLifecycle.Tests.Model;

/// <summary>
/// The engine on a simulated machine, through random sequences of launches, kills, deaths, reboots, restarts and faults, against the promises.
/// A failure prints the seed and the shortest sequence that was found; <c>CsCheck_Seed=…</c> in the environment plays that one again first, and
/// <c>WORKFLOW_LIFECYCLE_MODEL_SEQUENCES</c> says how many are played. The seed decides the order of all calls as well: see <see cref="Turns"/>.
/// </summary>
[Collection(nameof(AloneCollection))]
[Trait("Scenario", "S21")]
public sealed class LifecycleModelTests : IDisposable
{
    private const int DefaultSequences = 2_000;

    // Many times what it takes.
    private const int Limit = 600_000;

    private static readonly Gen<StepKind> Kinds = Gen.Frequency(
        (6, Gen.Const(StepKind.Launch)), (2, Gen.Const(StepKind.Ready)), (2, Gen.Const(StepKind.Exit)), (8, Gen.Const(StepKind.Kill)),
        (6, Gen.Const(StepKind.Pass)), (1, Gen.Const(StepKind.Look)), (2, Gen.Const(StepKind.Command)), (1, Gen.Const(StepKind.Stop)),
        (1, Gen.Const(StepKind.Reboot)), (2, Gen.Const(StepKind.Die)), (3, Gen.Const(StepKind.DieSoon)), (4, Gen.Const(StepKind.Start)), (1, Gen.Const(StepKind.LoseShim)), (3, Gen.Const(StepKind.Break)),
        (2, Gen.Const(StepKind.Heal)), (1, Gen.Const(StepKind.CleaningFails)), (1, Gen.Const(StepKind.CleaningWorks)));

    private static readonly Gen<Step> Steps = Gen.Select(Kinds, Gen.Int[0, 1], Gen.Int[0, 5], Gen.Int[0, 127], Gen.Int[0, 2], (kind, host, run, number, settles) =>
        new Step(kind, host, run, kind == StepKind.DieSoon ? number % 24 : number, settles > 0));

    // Without a launch nothing can go wrong.
    private static readonly Gen<Script> Scripts = Gen.Select(Gen.Int[0, 999], Gen.Int[0, 127], Steps.Array[3, 24], (order, number, steps) =>
        new Script(order, [new Step(StepKind.Launch, 0, 0, number, Settles: true), .. steps]));

    private static int Sequences =>
        int.TryParse(Environment.GetEnvironmentVariable("WORKFLOW_LIFECYCLE_MODEL_SEQUENCES"), CultureInfo.InvariantCulture, out int count) ? count : DefaultSequences;

    public void Dispose() => Rooms.Sweep();

    [Fact(Timeout = Limit)]
    public Task Engine_AnySequence_KeepsItsPromises() => Task.Factory.StartNew(PlayAll, TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    // On a thread that is not of the pool: whatever the pool does is the engine's.
    private static void PlayAll()
    {
        using Rest rest = new();
        Scripts.Sample(script => Play(script, rest), iter: Sequences, threads: 1, print: script => Describe(script, rest));
    }

    private static void Play(Script script, Rest rest)
    {
        using World world = new(script.Order, rest);
        if (world.Play(script.Steps) is { } broken)
        {
            Assert.Fail($"{broken}\n{string.Join('\n', world.History)}");
        }
    }

    private static string Describe(Script script, Rest rest)
    {
        (Script shortest, string broken) = Shortening.Shorten(script, rest);
        return $"order {shortest.Order}\n  {string.Join("\n  ", shortest.Steps)}\n{broken}";
    }
}
