using System.Security.Claims;

namespace WorkflowLifecycle.Permissions;

/// <summary>Names a principal for rows and audit.</summary>
internal static class PrincipalSubject
{
    public static string Of(ClaimsPrincipal principal, string ownerClaimType) =>
        Local(principal)?.Subject
        ?? principal.FindFirst(ownerClaimType)?.Value
        ?? principal.FindFirst(ClaimTypes.NameIdentifier)?.Value
        ?? principal.Identity?.Name
        ?? "anonymous";

    public static LocalIdentity? Local(ClaimsPrincipal principal) => principal.Identities.OfType<LocalIdentity>().FirstOrDefault();
}
