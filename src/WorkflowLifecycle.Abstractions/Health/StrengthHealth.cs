namespace WorkflowLifecycle;

/// <summary>How firmly a launch is held here now.</summary>
/// <param name="Strength">The strength that is available.</param>
/// <param name="Why">Why not a better one; or that there is none better.</param>
public sealed record StrengthHealth(ContainmentStrength Strength, string Why);
