namespace WorkflowLifecycle.EndToEnd.Tests.Launching;

/// <summary>A site's rule: hosts end nothing, also what they launched.</summary>
internal sealed class HostsMayNot : IKillAuthorizer
{
    public ValueTask<KillAuthorization> AuthorizeAsync(RunRecord run, KillRequest request, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(request.RequestedBy.Claims.Any(claim => claim.Value.StartsWith("host:", StringComparison.Ordinal))
            ? KillAuthorization.Deny("not for hosts.")
            : KillAuthorization.Allow("anybody else"));
}
