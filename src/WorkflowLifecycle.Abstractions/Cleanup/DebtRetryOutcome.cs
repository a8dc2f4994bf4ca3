using System.Text.Json.Serialization;

namespace WorkflowLifecycle;

/// <summary>What became of a debt that was to be retried.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DebtRetryOutcome>))]
public enum DebtRetryOutcome
{
    /// <summary>The resource was seen to be gone.</summary>
    Settled = 0,

    /// <summary>It was tried, and the resource is still there, or nobody can tell.</summary>
    Remains = 1,

    /// <summary>This process does not have the cleaner: nothing was done.</summary>
    NotAvailableHere = 2,

    /// <summary>It is on another machine: nothing was done.</summary>
    Elsewhere = 3,

    /// <summary>The end of the run is not proven, so what it may still use is not touched.</summary>
    Withheld = 4,

    /// <summary>Somebody else is at it: nothing was done.</summary>
    InProgress = 5,
}
