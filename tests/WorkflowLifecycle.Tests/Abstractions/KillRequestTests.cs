namespace WorkflowLifecycle.Tests.Abstractions;

public sealed class KillRequestTests
{
    private static KillRequest Request(string reason = "stuck since noon") => new(reason, WorkflowPrincipal.Host("executor"));

    [Fact]
    public void Request_ByDefault_IsGracefulFromTheLibrary()
    {
        KillRequest request = Request("  stuck since noon ");

        Assert.Equal(("stuck since noon", KillMode.Graceful, null, null, "library"), (request.Reason, request.Mode, request.GracePeriod, request.IdempotencyKey, request.Door));
    }

    [Fact]
    [Trait("Scenario", "S59")]
    public void Request_WithoutAReason_IsRefused()
    {
        Assert.Throws<ArgumentException>("reason", () => Request(" "));
        Assert.Throws<ArgumentException>("reason", () => Request(null!));
        Assert.Throws<ArgumentNullException>("requestedBy", () => new KillRequest("stuck since noon", null!));
    }

    public static TheoryData<TimeSpan> BadGrace => [TimeSpan.Zero, TimeSpan.FromTicks(-1), Timeout.InfiniteTimeSpan, TimeSpan.FromHours(24) + TimeSpan.FromTicks(1), TimeSpan.MaxValue, TimeSpan.MinValue];

    [Theory]
    [MemberData(nameof(BadGrace))]
    public void GracePeriod_OutOfRange_NamesTheRange(TimeSpan grace) =>
        Assert.Contains("above 0 and at most 24 hours", Assert.Throws<ArgumentOutOfRangeException>(() => Request() with { GracePeriod = grace }).Message, StringComparison.Ordinal);

    [Fact]
    public void GracePeriod_InRange_IsTaken()
    {
        Assert.Equal(TimeSpan.FromTicks(1), (Request() with { GracePeriod = TimeSpan.FromTicks(1) }).GracePeriod);
        Assert.Equal(TimeSpan.FromHours(24), (Request() with { GracePeriod = TimeSpan.FromHours(24) }).GracePeriod);
        Assert.Null((Request() with { GracePeriod = null }).GracePeriod);
    }

    [Fact]
    public void IdempotencyKey_Length_EndsAt200()
    {
        Assert.Equal(200, (Request() with { IdempotencyKey = new string('k', 200) }).IdempotencyKey!.Length);
        Assert.Throws<ArgumentException>(() => Request() with { IdempotencyKey = new string('k', 201) });
        Assert.Throws<ArgumentException>(() => Request() with { IdempotencyKey = "" });
    }
}
