using System.Text.Json.Serialization;

namespace WorkflowLifecycle;

/// <summary>What a cleaner may do about a resource.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ResourceHandling>))]
public enum ResourceHandling
{
    /// <summary>It is provably the run's: it is freed, and a debt until it is gone.</summary>
    Clean = 0,

    /// <summary>It is the run's and nothing of ours to free, as a port that a stranger holds by now: nothing is done, and it is a debt until it is gone.</summary>
    Watch = 1,

    /// <summary>It stays on purpose, as a work directory that is to be kept: told, and no debt.</summary>
    Keep = 2,

    /// <summary>For a person to see, as a rebase that was interrupted: told, and no debt.</summary>
    Report = 3,
}
