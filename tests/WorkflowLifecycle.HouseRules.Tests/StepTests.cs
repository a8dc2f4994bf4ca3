using Xunit;

namespace WorkflowLifecycle.HouseRules.Tests;

/// <summary>What the engine makes durable is a step with a name, and so a place where a test lets the process die.</summary>
public sealed class StepTests
{
    private const string Writer = "StepWriter";

    [Fact]
    public void Engine_CommitsNothing_ButByANamedStep()
    {
        IReadOnlyList<string> callers = new MethodCalls(Repository.Projects.Single(project => project.Name == "WorkflowLifecycle"))
            .Of("IProcessStore", "CommitAsync");

        Assert.Contains(callers, caller => caller.Contains(Writer, StringComparison.Ordinal));
        Violations.AssertNone(callers.Where(caller => !caller.Contains(Writer, StringComparison.Ordinal))
            .Select(caller => $"{caller} commits by itself: name the step in PersistedStep, and commit by {Writer}"));
    }
}
