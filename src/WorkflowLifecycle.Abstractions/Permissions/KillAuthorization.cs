namespace WorkflowLifecycle;

/// <summary>The answer of an authorizer.</summary>
public sealed record KillAuthorization
{
    private KillAuthorization(bool isAllowed, string explanation)
    {
        IsAllowed = isAllowed;
        Explanation = explanation;
    }

    /// <summary>True when the kill may go on.</summary>
    public bool IsAllowed { get; }

    /// <summary>Allowed: on what ground. Refused: what is missing, in words that the caller may see.</summary>
    public string Explanation { get; }

    /// <summary>Allowed, on this ground.</summary>
    public static KillAuthorization Allow(string ground) => new(true, ground);

    /// <summary>Refused, because this is missing.</summary>
    public static KillAuthorization Deny(string missing) => new(false, missing);
}
