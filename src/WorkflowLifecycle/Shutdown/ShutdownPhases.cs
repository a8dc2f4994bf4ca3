using WorkflowLifecycle.Killing;

namespace WorkflowLifecycle.Shutdown;

/// <summary>The phases of this host.</summary>
internal sealed class ShutdownPhases
{
    private const int LongestName = 40;

    private readonly IReadOnlyList<IShutdownPhase> _phases;

    public ShutdownPhases(IEnumerable<IShutdownPhase> phases)
    {
        _phases = [.. phases];
        foreach (IShutdownPhase phase in _phases)
        {
            Check(phase);
        }

        if (_phases.FirstOrDefault(phase => phase.Name == KillSteps.Terminate) is { } reserved)
        {
            throw new InvalidOperationException($"The shutdown phase {reserved.GetType().Name} is named '{KillSteps.Terminate}', as the kill's own. Give it another name.");
        }

        if (_phases.GroupBy(phase => phase.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new InvalidOperationException(
                $"Two shutdown phases are named '{twice.Key}' ({string.Join(" and ", twice.Select(phase => phase.GetType().Name))}). Give one of them another name.");
        }

        Names = [.. _phases.Select(phase => phase.Name)];
    }

    /// <summary>Their names, as a run's row keeps them.</summary>
    public IReadOnlyList<string> Names { get; }

    public IReadOnlyList<IShutdownPhase> Of(ShutdownStage stage) => [.. _phases.Where(phase => phase.Stage == stage)];

    private static void Check(IShutdownPhase phase)
    {
        if (phase.Name is not { Length: >= 1 and <= LongestName } || !phase.Name.All(letter => letter is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-'))
        {
            throw new InvalidOperationException(
                $"The shutdown phase {phase.GetType().Name} is named '{phase.Name}'. A name has 1 to {LongestName} characters, each one of a-z, 0-9 and '-'.");
        }

        // A built-in phase whose ceiling was set to nothing is not waited for.
        if (phase.Ceiling < TimeSpan.Zero || phase.Ceiling > KillRequest.MaximumGracePeriod)
        {
            throw new InvalidOperationException($"The ceiling of the shutdown phase '{phase.Name}' is {phase.Ceiling}. A ceiling is above 0 and at most 24 hours.");
        }
    }
}
