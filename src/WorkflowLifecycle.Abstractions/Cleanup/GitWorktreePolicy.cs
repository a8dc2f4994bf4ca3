using System.Text.Json.Serialization;

namespace WorkflowLifecycle;

/// <summary>What becomes of a linked worktree (<c>git worktree add</c>) that is a run's working directory, at the run's end.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<GitWorktreePolicy>))]
public enum GitWorktreePolicy
{
    /// <summary>It stays. The default.</summary>
    Keep = 0,

    /// <summary>It is removed with its entry in the repository, unless work would be lost with it; its branch stays.</summary>
    Remove = 1,
}
