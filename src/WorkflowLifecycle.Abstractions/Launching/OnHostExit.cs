using System.Text.Json.Serialization;

namespace WorkflowLifecycle;

/// <summary>What happens to a tree when the process that launched it dies.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OnHostExit>))]
public enum OnHostExit
{
    /// <summary>The tree is ended at once. The default.</summary>
    Kill = 0,

    /// <summary>The tree goes on and can be ended by any process of the same user. Needs output to files or none.</summary>
    Keep = 1,
}
