using System.Security.Claims;

namespace WorkflowLifecycle.Permissions;

/// <summary>Names a principal for rows and audit.</summary>
internal static class PrincipalSubject
{
    private static readonly string[] Reserved = ["host:", "os:", "system:"];

    public static string Of(ClaimsPrincipal principal, string ownerClaimType) =>
        Local(principal)?.Subject is { } local ? local
        : Claimed(principal, ownerClaimType) is not { } claimed ? "anonymous"
        : Reserved.Any(prefix => claimed.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)) ? "claim:" + claimed
        : claimed;

    public static LocalIdentity? Local(ClaimsPrincipal principal) => principal.Identities.OfType<LocalIdentity>().FirstOrDefault();

    // What nobody vouched for names nobody, and what a token says of hosts and users of the machine must not read as one of them.
    private static string? Claimed(ClaimsPrincipal principal, string ownerClaimType)
    {
        ClaimsPrincipal vouched = new(principal.Identities.Where(identity => identity.IsAuthenticated));
        return (vouched.FindFirst(ownerClaimType) ?? vouched.FindFirst(ClaimTypes.NameIdentifier)) is { } claim ? ClaimSubject.Of(claim) : vouched.Identity?.Name;
    }
}
