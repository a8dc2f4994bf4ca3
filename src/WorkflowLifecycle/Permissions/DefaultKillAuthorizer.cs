using System.Security.Claims;
using Microsoft.Extensions.Options;

namespace WorkflowLifecycle.Permissions;

/// <summary>Default deny: the host may end what it launched, a local user what its own processes launched, an owner its own runs, root all.</summary>
internal sealed class DefaultKillAuthorizer(IOptions<WorkflowLifecycleOptions> options) : IKillAuthorizer
{
    public ValueTask<KillAuthorization> AuthorizeAsync(RunRecord run, KillRequest request, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(Decide(run, request, options.Value.OwnerClaimType));

    internal static KillAuthorization Decide(RunRecord run, KillRequest request, string ownerClaimType)
    {
        if (PrincipalSubject.Local(request.RequestedBy) is { } local)
        {
            return local.IsPrivileged ? KillAuthorization.Allow("root")
                : local.HostId is null && local.Subject == run.LaunchedBy ? KillAuthorization.Allow("the host that launched the run")
                : local.HostId == run.Host.HostId && local.Subject == run.HostUser ? KillAuthorization.Allow("the user whose process launched the run")
                : KillAuthorization.Deny(
                    $"{Name(local)} did not launch this run: it was launched by {run.LaunchedBy}, running as {run.HostUser} on {run.Host.HostId}. Ask as one of these, or as root.");
        }

        // A claim counts only where somebody vouched for it: a principal may carry identities that nobody checked beside one that was.
        ClaimsIdentity[] vouched = [.. request.RequestedBy.Identities.Where(identity => identity.IsAuthenticated)];
        if (vouched.Length == 0)
        {
            return KillAuthorization.Deny("an authenticated principal is required.");
        }

        bool isOwner = run.OwnerSubject is { Length: > 0 } owner && vouched.Any(identity => identity.FindAll(ownerClaimType).Any(claim => ClaimSubject.Of(claim) == owner));
        return isOwner
            ? KillAuthorization.Allow("the owner of the run")
            : KillAuthorization.Deny($"the claim '{ownerClaimType}' of the run's owner is required, from the issuer it was launched with.");
    }

    // A user id is one of a machine: the row may come from another one, on a shared disk or as a copy.
    private static string Name(LocalIdentity local) => local.HostId is { } host ? $"{local.Subject} on {host}" : local.Subject;
}
