using System.Text.Json.Serialization;

namespace WorkflowLifecycle.Cli.Leaks;

/// <summary>What is thought of what carries a mark of ours.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<LeakVerdict>))]
internal enum LeakVerdict
{
    /// <summary>It belongs to a run that lives, or whose end is being written down.</summary>
    Live = 0,

    /// <summary>It belongs to no live run, and no process is in it.</summary>
    Leftover = 1,

    /// <summary>It belongs to no live run, and processes are in it.</summary>
    Stray = 2,

    /// <summary>Whose it is can't be told: nothing is done about it.</summary>
    Unknown = 3,
}
