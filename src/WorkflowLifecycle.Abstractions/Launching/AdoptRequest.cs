using System.Security.Claims;

namespace WorkflowLifecycle;

/// <summary>How a tree that somebody else started becomes a run.</summary>
/// <param name="Reason">Why: 3 to 1,000 visible characters, kept in the audit.</param>
/// <param name="RequestedBy">Who asks: a local user, for processes of that user; root for all; or a host, as the user it runs as.</param>
public sealed record AdoptRequest(string Reason, ClaimsPrincipal RequestedBy)
{
    /// <summary>The run's id; default: a fresh one.</summary>
    public RunId? RunId { get; init; }

    /// <summary>Name of the workflow, at most 200 characters.</summary>
    public string? Workflow { get; init; }

    /// <summary>Session of the caller, at most 200 characters. Not the operating system's; see <see cref="IncludeSession"/>.</summary>
    public string? Session { get; init; }

    /// <summary>A label, at most 200 characters. Never authority.</summary>
    public string? Owner { get; init; }

    /// <summary>
    /// Also adopt the processes of the root's session (setsid) that do not descend from the root, and their descendants; never those above
    /// the root. Default: the root and its descendants alone.
    /// </summary>
    public bool IncludeSession { get; init; }

    /// <summary>The cleaners that run at the end, by name. Default: none, since what a tree made before it was adopted is rarely provably the run's.</summary>
    public IReadOnlyList<string> Cleaners { get; init; } = [];

    /// <summary>Refuse to adopt below this strength; default: <see cref="WorkflowLifecycleOptions.MinimumStrength"/>. An adopted tree is held at <see cref="ContainmentStrength.CgroupOnly"/> at best.</summary>
    public ContainmentStrength? MinimumStrength { get; init; }
}
