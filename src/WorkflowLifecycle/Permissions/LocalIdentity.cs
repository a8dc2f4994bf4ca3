using System.Security.Claims;

namespace WorkflowLifecycle.Permissions;

/// <summary>An identity that only code of this process can have made: no token or cookie deserializes to this type.</summary>
internal sealed class LocalIdentity : ClaimsIdentity
{
    private const string Scheme = "WorkflowLifecycle";

    public LocalIdentity(string subject, bool isPrivileged, string? hostId)
        : base([new Claim(ClaimTypes.NameIdentifier, subject)], Scheme)
    {
        Subject = subject;
        IsPrivileged = isPrivileged;
        HostId = hostId;
    }

    /// <summary><c>host:NAME</c> or <c>os:UID</c>.</summary>
    public string Subject { get; }

    /// <summary>True for root.</summary>
    public bool IsPrivileged { get; }

    /// <summary>The machine that a user id is one of; null for a host, whose name is its own on every machine.</summary>
    public string? HostId { get; }

    public override ClaimsIdentity Clone() => this;
}
