using NSubstitute;
using WorkflowLifecycle.Shutdown;

namespace WorkflowLifecycle.Tests.Shutdown;

/// <summary>What a host may register as its phases.</summary>
public sealed class ShutdownPhasesTests
{
    private static IShutdownPhase Named(string name, TimeSpan? ceiling = null)
    {
        IShutdownPhase phase = Substitute.For<IShutdownPhase>();
        phase.Name.Returns(name);
        phase.Ceiling.Returns(ceiling ?? TimeSpan.FromSeconds(1));
        return phase;
    }

    [Theory]
    [InlineData("")]
    [InlineData("Upload")]
    [InlineData("an upload")]
    [InlineData("hochlädt")]
    [InlineData("12345678901234567890123456789012345678901")]
    public void Phases_BadName_IsRefusedAndSaysTheRule(string name)
    {
        InvalidOperationException exception = Assert.Throws<InvalidOperationException>(() => new ShutdownPhases([Named(name)]));

        Assert.Contains("1 to 40 characters", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Phases_TwoOfOneName_AreRefused()
    {
        InvalidOperationException exception = Assert.Throws<InvalidOperationException>(() => new ShutdownPhases([Named("git"), Named("git")]));

        Assert.Contains("named 'git'", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(86_400_001)]
    public void Phases_CeilingOutOfRange_IsRefused(double milliseconds)
    {
        InvalidOperationException exception = Assert.Throws<InvalidOperationException>(() => new ShutdownPhases([Named("upload", TimeSpan.FromMilliseconds(milliseconds))]));

        Assert.Contains("'upload'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Budget_ShorterThanTheCeilings_KeepsAQuarterForTheTerminateStage()
    {
        GraceBudget budget = new(TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(10));

        Assert.Equal(TimeSpan.FromSeconds(6), budget.Quiesce);
        Assert.Equal(TimeSpan.FromSeconds(2), budget.TerminateAfter(TimeSpan.FromSeconds(6)));
        Assert.Equal(TimeSpan.Zero, budget.TerminateAfter(TimeSpan.FromSeconds(9)));
    }

    [Fact]
    public void Budget_OfAKill_IsCappedByTheOperator()
    {
        KillRecord kill = Support.Sample.OpenKill(Support.Sample.Run("a")) with { GracePeriod = TimeSpan.FromHours(1), TerminateCeiling = TimeSpan.FromSeconds(10) };
        WorkflowLifecycleOptions options = new() { GraceCap = TimeSpan.FromSeconds(20) };

        Assert.Equal(new GraceBudget(TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(10)), GraceBudget.Of(kill, options));
        Assert.Equal(new GraceBudget(TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(3)), GraceBudget.Of(kill with { GracePeriod = TimeSpan.FromSeconds(3) }, options));
        Assert.Equal(TimeSpan.FromSeconds(20), GraceBudget.Of(kill with { GracePeriod = null }, options).Total);
    }
}
