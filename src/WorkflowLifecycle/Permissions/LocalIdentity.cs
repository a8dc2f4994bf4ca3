using System.Security.Claims;

namespace WorkflowLifecycle.Permissions;

/// <summary>An identity that only code of this process can have made: no token or cookie deserializes to this type.</summary>
internal sealed class LocalIdentity : ClaimsIdentity
{
    private const string Scheme = "WorkflowLifecycle";

    public LocalIdentity(string subject, bool isPrivileged)
        : base([new Claim(ClaimTypes.NameIdentifier, subject)], Scheme)
    {
        Subject = subject;
        IsPrivileged = isPrivileged;
    }

    /// <summary><c>host:NAME</c> or <c>os:UID</c>.</summary>
    public string Subject { get; }

    /// <summary>True for root.</summary>
    public bool IsPrivileged { get; }

    public override ClaimsIdentity Clone() => this;
}
