using System.Security.Claims;
using WorkflowLifecycle.Permissions;
using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle;

/// <summary>The principals that are not people behind a door: hosts, and the user of this machine.</summary>
public static class WorkflowPrincipal
{
    /// <summary>A host by its <see cref="WorkflowLifecycleOptions.HostName"/>: may end what hosts of that name launched.</summary>
    public static ClaimsPrincipal Host(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return new ClaimsPrincipal(new LocalIdentity(HostSubject(name), isPrivileged: false, hostId: null));
    }

    /// <summary>The user this process runs as: may end the runs of that user's processes on this machine; root may end all.</summary>
    public static ClaimsPrincipal LocalUser()
    {
        LocalUser user = ContainmentPlatform.CurrentUser();
        return new ClaimsPrincipal(new LocalIdentity(user.Subject, user.IsPrivileged, user.HostId));
    }

    internal static string HostSubject(string name) => "host:" + name;
}
