namespace WorkflowLifecycle.Tests.Abstractions;

public sealed class ReadinessTests
{
    private static string Refused(string pattern) => Assert.ThrowsAny<ArgumentException>(() => Readiness.OutputPattern(pattern)).Message;

    [Fact]
    public void Readiness_KnowsItsSource()
    {
        Assert.Equal(ReadinessSource.Notify, Readiness.Notify().Source);
        Assert.Equal(ReadinessSource.Api, Readiness.Api().Source);
        Assert.Equal(ReadinessSource.OutputPattern, Readiness.OutputPattern("up").Source);
        Assert.Null(Readiness.Api().Pattern);
    }

    [Fact]
    public void OutputPattern_IsMatchedInLinearTime()
    {
        Readiness readiness = Readiness.OutputPattern("(?i)^(a+)+ listening on .*:\\d+$");

        Assert.Matches(readiness.Pattern!, "AA listening on http://localhost:8080");

        // 60,000 characters that a backtracking matcher would not be through with before the end of the world.
        Assert.DoesNotMatch(readiness.Pattern!, new string('a', 60_000));
    }

    [Theory]
    [InlineData("(?=up)")]
    [InlineData("(?<!not )up")]
    [InlineData("(.)\\1")]
    [InlineData("(?>a)b")]
    [InlineData("(")]
    [InlineData("(?:a{1,1000}){1,1000}")]
    public void OutputPattern_ThatIsNotPossibleThere_IsRefusedWithTheRemedy(string pattern)
    {
        string message = Refused(pattern);

        Assert.Contains("linear time", message, StringComparison.Ordinal);
        Assert.Contains("without lookarounds, backreferences and large counts", message, StringComparison.Ordinal);
    }

    [Fact]
    public void OutputPattern_TooLongOrEmpty_IsRefused()
    {
        Assert.Contains("1001 characters, and 1000 are the most", Refused(new string('a', 1001)), StringComparison.Ordinal);
        Refused(string.Empty);
        Readiness.OutputPattern(new string('a', 1000));
    }
}
