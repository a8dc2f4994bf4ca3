using System.Security.Claims;

namespace WorkflowLifecycle;

/// <summary>Why, by whom and how a run is to be ended.</summary>
public sealed record KillRequest
{
    /// <summary>The longest grace period.</summary>
    public static readonly TimeSpan MaximumGracePeriod = TimeSpan.FromHours(24);

    private const int LongestKey = 200;

    private readonly TimeSpan? _gracePeriod;
    private readonly string? _idempotencyKey;

    /// <summary>Asks for a kill.</summary>
    /// <param name="reason">3 to 1,000 visible characters; kept in the audit.</param>
    /// <param name="requestedBy">Who asks; see <c>WorkflowPrincipal</c> for hosts and local users.</param>
    /// <exception cref="ArgumentException">The reason is missing, blank, too short, too long or has control characters.</exception>
    public KillRequest(string reason, ClaimsPrincipal requestedBy)
    {
        ArgumentNullException.ThrowIfNull(requestedBy);
        if (KillReason.Explain(reason) is { } problem)
        {
            throw new ArgumentException(problem, nameof(reason));
        }

        Reason = reason.Trim();
        RequestedBy = requestedBy;
    }

    /// <summary>Why.</summary>
    public string Reason { get; }

    /// <summary>Who asks.</summary>
    public ClaimsPrincipal RequestedBy { get; }

    /// <summary>How. Default: graceful.</summary>
    public KillMode Mode { get; init; }

    /// <summary>How long a graceful kill may take in all, from its intent to SIGKILL. Lowers the ceilings, never raises them. Above 0 and at most 24 hours.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Out of that range.</exception>
    public TimeSpan? GracePeriod
    {
        get => _gracePeriod;
        init => _gracePeriod = value is null || (value > TimeSpan.Zero && value <= MaximumGracePeriod)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A grace period is above 0 and at most 24 hours.");
    }

    /// <summary>The same key for the same run gives the same kill, also after it is over. 1 to 200 characters.</summary>
    /// <exception cref="ArgumentException">Empty or longer.</exception>
    public string? IdempotencyKey
    {
        get => _idempotencyKey;
        init => _idempotencyKey = value is null or { Length: >= 1 and <= LongestKey }
            ? value
            : throw new ArgumentException($"An idempotency key has 1 to {LongestKey} characters.", nameof(value));
    }

    /// <summary>
    /// Take evidence of what the run is doing before the first signal, bounded by <see cref="WorkflowLifecycleOptions.EvidenceCeiling"/>. Ignored in an
    /// emergency, by a request that joins a kill under way, and where the host's policy is <see cref="EvidencePolicy.Never"/>.
    /// </summary>
    public bool CaptureEvidence { get; init; }

    /// <summary>Which door it came through, for the audit: <c>library</c>, <c>cli</c>, <c>http</c> and so on.</summary>
    public string Door { get; init; } = "library";
}
