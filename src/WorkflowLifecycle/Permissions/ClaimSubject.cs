using System.Security.Claims;

namespace WorkflowLifecycle.Permissions;

/// <summary>
/// Whom a claim names: <c>ISSUER|VALUE</c>, or the value alone where no issuer is known. A subject is unique only with its issuer: two
/// identity providers may well both have a user 42.
/// </summary>
internal static class ClaimSubject
{
    private const string Separator = "|";

    /// <summary>The subject of a claim. No two different pairs of issuer and value give the same text.</summary>
    public static string Of(Claim claim)
    {
        if (claim.Issuer == ClaimsIdentity.DefaultIssuer)
        {
            // An empty issuer in front of a value that would otherwise read as one with an issuer.
            return claim.Value.Contains(Separator, StringComparison.Ordinal) ? Separator + claim.Value : claim.Value;
        }

        string issuer = claim.Issuer.Replace("%", "%25", StringComparison.Ordinal).Replace(Separator, "%7C", StringComparison.Ordinal);
        return issuer + Separator + claim.Value;
    }

    /// <summary>Whom a principal makes the owner of a run; null when it names nobody. What this process says of itself is no claim.</summary>
    public static string? OwnerOf(ClaimsPrincipal? principal, string ownerClaimType) =>
        principal?.Identities.Where(identity => identity is not LocalIdentity).Select(identity => identity.FindFirst(ownerClaimType)).OfType<Claim>().FirstOrDefault() is { } claim
            ? Of(claim)
            : null;
}
