namespace WorkflowLifecycle.Tests.Model;

/// <summary>A signal that a tree got, and what was on record at that instant.</summary>
/// <param name="RunId">Whose row led to it.</param>
/// <param name="Tree">The tree that got it.</param>
/// <param name="What">The signal.</param>
/// <param name="KillId">The kill, where the order names it.</param>
/// <param name="IsOnRecord">Whether an intent was durable, in the store or in the spool.</param>
/// <param name="IsOwn">Whether the row and the kill are of the run whose tree it is, in this boot.</param>
internal sealed record Signalled(RunId RunId, SimulatedTree Tree, string What, KillId? KillId, bool IsOnRecord, bool IsOwn);
