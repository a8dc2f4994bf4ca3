using WorkflowLifecycle.Launching;

namespace WorkflowLifecycle.Tests.Launching;

public sealed class ChildEnvironmentTests
{
    private static IReadOnlyDictionary<string, string> Build(params (string Name, string? Value)[] changes) => ChildEnvironment.Build(
        new LaunchRequest("agent") { Environment = changes.ToDictionary(change => change.Name, change => change.Value) }, RunId.Parse("run_1"));

    [Fact]
    public void Build_WithoutChanges_IsTheHostsWithTheRunId()
    {
        IReadOnlyDictionary<string, string> environment = Build();

        Assert.Equal(Environment.GetEnvironmentVariable("PATH"), environment["PATH"]);
        Assert.Equal("run_1", environment["WORKFLOW_LIFECYCLE_RUN_ID"]);
    }

    [Fact]
    public void Build_Changes_AddReplaceAndRemove()
    {
        IReadOnlyDictionary<string, string> environment = Build(("PATH", null), ("HOME", "/else"), ("path", "mine"), ("EMPTY", ""), ("NEVER_THERE", null));

        Assert.False(environment.ContainsKey("PATH"));
        Assert.Equal(("/else", "mine", ""), (environment["HOME"], environment["path"], environment["EMPTY"]));
        Assert.False(environment.ContainsKey("NEVER_THERE"));
    }

    [Fact]
    public void Build_RunIdOfTheCaller_IsNotBelieved()
    {
        Assert.Equal("run_1", Build((ChildEnvironment.RunIdVariable, "run_other"))[ChildEnvironment.RunIdVariable]);
        Assert.Equal("run_1", Build((ChildEnvironment.RunIdVariable, null))[ChildEnvironment.RunIdVariable]);
    }
}
