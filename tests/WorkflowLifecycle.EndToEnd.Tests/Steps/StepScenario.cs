using WorkflowLifecycle.Steps;

namespace WorkflowLifecycle.EndToEnd.Tests.Steps;

/// <summary>What a host does, one thing after the other, and the steps at which it dies over that.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Actions">What the host does.</param>
/// <param name="Steps">Where it dies: before and after each.</param>
internal sealed record StepScenario(string Name, string Actions, params IReadOnlyList<PersistedStep> Steps)
{
    /// <summary>A tree that does not leave when it is told to.</summary>
    public const string Stubborn = "trap '' TERM; echo ready; while :; do sleep 60; done";

    /// <summary>The program, as a shell has it.</summary>
    public string Script { get; init; } = Stubborn;

    public IReadOnlyList<string> Options { get; init; } = [];

    /// <summary>What hosts did, and where they died, before this one came.</summary>
    public IReadOnlyList<string> Before { get; init; } = [];

    /// <summary>Whether the end of the run can be proven, and what it had be cleaned.</summary>
    public bool IsProven { get; init; } = true;

    /// <summary>What a host does that comes after it.</summary>
    public string? After { get; init; }

    /// <summary>Whether there is a tree that the host adopts, and did not start.</summary>
    public bool Adopts { get; init; }

    /// <summary>Whether the host is to adopt the process that started it, which it refuses.</summary>
    public bool AdoptsUs { get; init; }

    /// <summary>Whether the machine is started again before the host comes.</summary>
    public bool Restarts { get; init; }

    public IReadOnlyList<OnHostExit> Policies { get; init; } = [OnHostExit.Kill, OnHostExit.Keep];

    public IEnumerable<StepCase> Cases =>
        from step in Steps
        from side in Enum.GetValues<StepSide>()
        from policy in Policies
        select new StepCase(this, step, side, policy);

    public override string ToString() => Name;
}
