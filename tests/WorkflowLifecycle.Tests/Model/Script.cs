namespace WorkflowLifecycle.Tests.Model;

/// <summary>What happens, and in which order the threads of the hosts come to their calls.</summary>
/// <param name="Order">Decides that order; see <see cref="Turns"/>.</param>
/// <param name="Steps">What happens.</param>
internal sealed record Script(int Order, IReadOnlyList<Step> Steps);
