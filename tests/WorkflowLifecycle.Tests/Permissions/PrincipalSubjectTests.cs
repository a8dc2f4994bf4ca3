using System.Security.Claims;
using WorkflowLifecycle.Permissions;

namespace WorkflowLifecycle.Tests.Permissions;

public sealed class PrincipalSubjectTests
{
    private static string Of(params (string Type, string Value)[] claims) =>
        PrincipalSubject.Of(new ClaimsPrincipal(new ClaimsIdentity(claims.Select(claim => new Claim(claim.Type, claim.Value)), "jwt")), "sub");

    [Fact]
    public void Of_LocalPrincipals_AreNamedByTheirKind()
    {
        Assert.Equal("host:executor", PrincipalSubject.Of(WorkflowPrincipal.Host("executor"), "sub"));
        Assert.StartsWith("os:", PrincipalSubject.Of(WorkflowPrincipal.LocalUser(), "sub"), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_Claims_TakesTheOwnerClaimFirst()
    {
        Assert.Equal("jane", Of((ClaimTypes.Name, "Jane Doe"), (ClaimTypes.NameIdentifier, "id-7"), ("sub", "jane")));
        Assert.Equal("id-7", Of((ClaimTypes.Name, "Jane Doe"), (ClaimTypes.NameIdentifier, "id-7")));
        Assert.Equal("Jane Doe", Of((ClaimTypes.Name, "Jane Doe")));
        Assert.Equal("anonymous", Of());
        Assert.Equal("anonymous", PrincipalSubject.Of(new ClaimsPrincipal(), "sub"));
    }

    [Theory]
    [InlineData("host:executor")]
    [InlineData("os:0")]
    [InlineData("system:recovery")]
    public void Of_ClaimThatSpeaksOfAHost_DoesNotReadAsThatHostInTheAudit(string forged)
    {
        string subject = Of(("sub", forged));

        Assert.NotEqual(forged, subject);
        Assert.EndsWith(forged, subject, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    public void Host_WithoutAName_IsRefused(string? name) => Assert.ThrowsAny<ArgumentException>(() => WorkflowPrincipal.Host(name!));
}
