namespace WorkflowLifecycle.Processes;

/// <summary>A user of this machine.</summary>
/// <param name="Id">The numeric user id; -1 where the platform has none.</param>
/// <param name="Name">The user's name, for messages.</param>
/// <param name="IsPrivileged">True for root.</param>
public sealed record LocalUser(long Id, string Name, bool IsPrivileged)
{
    /// <summary>The machine, as <see cref="ProcessIdentity.HostId"/> names it: a user id means somebody else on another one.</summary>
    public string HostId { get; init; } = string.Empty;

    /// <summary>The subject of this user in rows and audit: <c>os:1000</c>.</summary>
    public string Subject => Id >= 0 ? $"os:{Id}" : $"os:{Name}";
}
