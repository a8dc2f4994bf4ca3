using System.Text.Json.Serialization;

namespace WorkflowLifecycle.Cli.Stores;

/// <summary>Why a store was chosen.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StoreSource>))]
internal enum StoreSource
{
    /// <summary>The option --store.</summary>
    Option = 0,

    /// <summary>The variable WORKFLOW_LIFECYCLE_STORE.</summary>
    Environment = 1,

    /// <summary>A host on this machine announces it.</summary>
    Announcement = 2,

    /// <summary>The user's own.</summary>
    Default = 3,
}
