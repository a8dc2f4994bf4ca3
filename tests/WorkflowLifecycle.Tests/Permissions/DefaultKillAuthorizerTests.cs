using System.Security.Claims;
using WorkflowLifecycle.Permissions;
using WorkflowLifecycle.Tests.Support;

namespace WorkflowLifecycle.Tests.Permissions;

public sealed class DefaultKillAuthorizerTests
{
    private static readonly RunRecord _run = Sample.Run("run_1") with { OwnerSubject = "jane" };

    private static KillAuthorization Decide(ClaimsPrincipal principal, RunRecord? run = null, string claim = "sub") =>
        DefaultKillAuthorizer.Decide(run ?? _run, new KillRequest("stuck since noon", principal), claim);

    private static ClaimsPrincipal Local(string subject, bool isPrivileged = false, string hostId = "machine") => new(new LocalIdentity(subject, isPrivileged, hostId));

    private static ClaimsPrincipal Token(string issuer, string subject) => new(new ClaimsIdentity([new Claim("sub", subject, null, issuer)], "jwt"));

    private static ClaimsPrincipal Web(params (string Type, string Value)[] claims) =>
        new(new ClaimsIdentity(claims.Select(claim => new Claim(claim.Type, claim.Value)), "jwt"));

    [Fact]
    public void Decide_TheHostThatLaunched_MayEnd() => Assert.True(Decide(WorkflowPrincipal.Host("executor")).IsAllowed);

    [Fact]
    [Trait("Scenario", "S56")]
    public void Decide_AnotherHost_MayNot()
    {
        KillAuthorization answer = Decide(WorkflowPrincipal.Host("other"));

        Assert.False(answer.IsAllowed);
        Assert.Contains("host:executor", answer.Explanation, StringComparison.Ordinal);
        Assert.False(Decide(WorkflowPrincipal.Host("Executor")).IsAllowed);
    }

    [Fact]
    public void Decide_TheUserOfTheHost_MayEnd_AndAnotherUserMayNot()
    {
        Assert.True(Decide(Local("os:1000")).IsAllowed);
        Assert.False(Decide(Local("os:1001")).IsAllowed);
        Assert.False(Decide(Local("os:1000"), _run with { HostUser = "" }).IsAllowed);
    }

    [Fact]
    public void Decide_Root_MayEndAll() => Assert.True(Decide(Local("os:0", isPrivileged: true), _run with { HostUser = "os:7", LaunchedBy = "host:x" }).IsAllowed);

    [Fact]
    [Trait("Scenario", "S56")]
    public void Decide_TheSameUserIdOnAnotherMachine_MayNot_ButItsRootMay()
    {
        KillAuthorization answer = Decide(Local("os:1000", hostId: "other"));

        Assert.False(answer.IsAllowed);
        Assert.Contains("os:1000 on other", answer.Explanation, StringComparison.Ordinal);
        Assert.Contains("os:1000 on machine", answer.Explanation, StringComparison.Ordinal);
        Assert.False(Decide(Local("os:1000", hostId: ""), _run).IsAllowed);
        Assert.False(Decide(Local("os:1000", hostId: "other"), _run with { LaunchedBy = "os:1000" }).IsAllowed);
        Assert.True(Decide(Local("os:0", isPrivileged: true, hostId: "other")).IsAllowed);
    }

    [Theory]
    [Trait("Scenario", "S56")]
    [InlineData("https://example.org", "42", true)]
    [InlineData("https://example.com", "42", false)]
    [InlineData("https://example.org", "43", false)]
    [InlineData(ClaimsIdentity.DefaultIssuer, "42", false)]
    [InlineData(ClaimsIdentity.DefaultIssuer, "https://example.org|42", false)]
    [InlineData("https", "//example.org|42", false)]
    [InlineData("", "https://example.org|42", false)]
    public void Decide_TheOwnersClaim_CountsWithItsIssuer(string issuer, string subject, bool isAllowed)
    {
        string? owner = ClaimSubject.OwnerOf(Token("https://example.org", "42"), "sub");

        Assert.Equal("https://example.org|42", owner);
        Assert.Equal(isAllowed, Decide(Token(issuer, subject), _run with { OwnerSubject = owner }).IsAllowed);
    }

    [Fact]
    public void Decide_RowWithoutAnIssuer_IsOwnedByAClaimWithoutOne()
    {
        Assert.Equal("jane", ClaimSubject.OwnerOf(Web(("sub", "jane")), "sub"));
        Assert.False(Decide(Token("https://example.org", "jane")).IsAllowed);
        Assert.True(Decide(Web(("sub", "auth0|7")), _run with { OwnerSubject = ClaimSubject.OwnerOf(Web(("sub", "auth0|7")), "sub") }).IsAllowed);
        Assert.False(Decide(Token("auth0", "7"), _run with { OwnerSubject = ClaimSubject.OwnerOf(Web(("sub", "auth0|7")), "sub") }).IsAllowed);
        Assert.False(Decide(Token("a|b", "c"), _run with { OwnerSubject = ClaimSubject.OwnerOf(Token("a", "b|c"), "sub") }).IsAllowed);
    }

    [Fact]
    public void OwnerOf_AUserOfTheMachine_IsNobodyThatATokenCouldName() =>
        Assert.Null(ClaimSubject.OwnerOf(Local("os:1000"), ClaimTypes.NameIdentifier));

    [Fact]
    public void Decide_RootByNameAlone_MayNot() => Assert.False(Decide(Local("os:0")).IsAllowed);

    [Fact]
    public void Decide_TheOwnersClaim_MayEnd()
    {
        Assert.True(Decide(Web(("sub", "jane"))).IsAllowed);
        Assert.True(Decide(Web(("oid", "jane")), claim: "oid").IsAllowed);
    }

    [Theory]
    [Trait("Scenario", "S56")]
    [InlineData("sub", "john")]
    [InlineData("sub", "Jane")]
    [InlineData("sub", "jane ")]
    [InlineData("name", "jane")]
    [InlineData("owner", "jane")]
    public void Decide_AnotherClaim_MayNot(string type, string value)
    {
        KillAuthorization answer = Decide(Web((type, value)), _run with { Owner = "jane" });

        Assert.False(answer.IsAllowed);
        Assert.Contains("'sub'", answer.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void Decide_RunThatNobodyOwns_IsNobodysByClaim()
    {
        Assert.False(Decide(Web(("sub", "jane")), _run with { OwnerSubject = null }).IsAllowed);
        Assert.False(Decide(Web(("sub", "")), _run with { OwnerSubject = "" }).IsAllowed);
    }

    [Theory]
    [InlineData("host:executor")]
    [InlineData("os:1000")]
    [InlineData("os:0")]
    public void Decide_ClaimsThatSpeakOfAHostOrRoot_AreNotLocal(string forged)
    {
        ClaimsPrincipal principal = Web(("sub", forged), (ClaimTypes.NameIdentifier, forged), (ClaimTypes.Name, forged), (ClaimTypes.Role, "root"));

        Assert.False(Decide(principal).IsAllowed);
        Assert.Null(PrincipalSubject.Local(principal));
    }

    [Fact]
    public void Decide_LocalIdentityCopiedAsClaims_IsNoLongerLocal()
    {
        ClaimsPrincipal host = WorkflowPrincipal.Host("executor");
        using MemoryStream stream = new();
        using (BinaryWriter writer = new(stream, System.Text.Encoding.UTF8, leaveOpen: true))
        {
            host.WriteTo(writer);
        }

        stream.Position = 0;
        using BinaryReader reader = new(stream);

        Assert.False(Decide(new ClaimsPrincipal(reader)).IsAllowed);
        Assert.False(Decide(new ClaimsPrincipal(new ClaimsIdentity(host.Identity))).IsAllowed);
        Assert.True(Decide(host.Clone()).IsAllowed);
    }

    [Fact]
    [Trait("Scenario", "S55")]
    public void Decide_NobodyInParticular_MayNot()
    {
        Assert.Contains("authenticated", Decide(new ClaimsPrincipal()).Explanation, StringComparison.Ordinal);
        Assert.False(Decide(new ClaimsPrincipal(new ClaimsIdentity([new Claim("sub", "jane")]))).IsAllowed);
        Assert.False(Decide(Web()).IsAllowed);
    }

    [Fact]
    public void Decide_ClaimOfAnIdentityThatNobodyVouchedFor_DoesNotCount()
    {
        ClaimsIdentity vouched = new([new Claim("sub", "eve")], "jwt");
        ClaimsIdentity unvouched = new([new Claim("sub", "jane")]);

        Assert.False(Decide(new ClaimsPrincipal([vouched, unvouched])).IsAllowed);
        Assert.True(Decide(new ClaimsPrincipal([unvouched, vouched]), _run with { OwnerSubject = "eve" }).IsAllowed);
    }
}
