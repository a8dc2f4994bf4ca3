using System.Text.Json;

namespace WorkflowLifecycle.Tests.Abstractions;

public sealed class RunStateTests
{
    [Fact]
    [Trait("Scenario", "S54")]
    public void Json_UnknownState_IsKeptAsItIs()
    {
        RunState state = JsonSerializer.Deserialize<RunState>("\"Hibernating\"");

        Assert.Equal("Hibernating", state.Name);
        Assert.False(state.IsFinal);
        Assert.Equal("\"Hibernating\"", JsonSerializer.Serialize(state));
        Assert.Equal(new RunState("Hibernating"), state);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("\"\"")]
    [InlineData("\" \"")]
    public void Json_WithoutAName_IsRefused(string json) => Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<RunState>(json));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("\t")]
    public void State_WithoutAName_IsRefused(string? name) => Assert.ThrowsAny<ArgumentException>(() => new RunState(name!));

    [Fact]
    public void Known_ByName_IsTheSameState()
    {
        Assert.Equal(RunState.Killed, new RunState("Killed"));
        Assert.NotEqual(RunState.Killed, new RunState("killed"));
    }

    [Fact]
    public void IsFinal_OfTheKnownStates_IsAsDocumented()
    {
        RunState[] final = [RunState.Exited, RunState.Killed, RunState.EndedUnproven, RunState.LaunchFailed, RunState.Lost];
        RunState[] open = [RunState.Launching, RunState.Initializing, RunState.Running, RunState.Stopping, RunState.KillUnconfirmed];

        Assert.All(final, state => Assert.True(state.IsFinal));
        Assert.All(open, state => Assert.False(state.IsFinal));
        Assert.False(default(RunState).IsFinal);
    }
}
