using System.Text.Json.Serialization;

namespace WorkflowLifecycle;

/// <summary>Where a kill stands.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<KillState>))]
public enum KillState
{
    /// <summary>Asked for, not yet decided.</summary>
    Requested = 0,

    /// <summary>Refused. Final.</summary>
    Denied = 1,

    /// <summary>The intent is durable: from here on a restart resumes the kill.</summary>
    IntentWritten = 2,

    /// <summary>Waiting for work in flight.</summary>
    Quiescing = 3,

    /// <summary>SIGTERM was sent.</summary>
    Terminating = 4,

    /// <summary>The containment is being ended.</summary>
    Killing = 5,

    /// <summary>The end is proven.</summary>
    ProvenDead = 6,

    /// <summary>Resources are being freed.</summary>
    Cleaning = 7,

    /// <summary>Over; the report is stored. Final.</summary>
    Completed = 8,

    /// <summary>The ceiling passed with survivors. Not final: retried.</summary>
    Unconfirmed = 9,
}
