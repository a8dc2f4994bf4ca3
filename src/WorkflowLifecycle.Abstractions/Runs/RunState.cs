using System.Text.Json.Serialization;

namespace WorkflowLifecycle;

/// <summary>
/// Where a run stands. A name instead of an enumeration: a state written by a newer version is kept as it is, never guessed at.
/// </summary>
[JsonConverter(typeof(RunStateJsonConverter))]
public readonly record struct RunState
{
    private readonly string? _name;

    /// <summary>A state by name, known or not.</summary>
    /// <exception cref="ArgumentException">The name is empty or blank.</exception>
    public RunState(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        _name = name;
    }

    /// <summary>The row is committed; the program has not executed its first instruction.</summary>
    public static RunState Launching { get; } = new("Launching");

    /// <summary>The program runs and has not been seen to be ready.</summary>
    public static RunState Initializing { get; } = new("Initializing");

    /// <summary>The program runs and is ready: it said so, its executor said so, or it wrote its first output.</summary>
    public static RunState Running { get; } = new("Running");

    /// <summary>A kill is under way.</summary>
    public static RunState Stopping { get; } = new("Stopping");

    /// <summary>The whole tree is gone without a SIGKILL of ours that a kill asked for. Final.</summary>
    public static RunState Exited { get; } = new("Exited");

    /// <summary>The whole tree was ended by a kill, and its end is proven. Final.</summary>
    public static RunState Killed { get; } = new("Killed");

    /// <summary>Nothing of the tree is known to be left, but at this strength nothing proves it. Final.</summary>
    public static RunState EndedUnproven { get; } = new("EndedUnproven");

    /// <summary>The program never executed its first instruction. Final.</summary>
    public static RunState LaunchFailed { get; } = new("LaunchFailed");

    /// <summary>The machine was restarted under the run. Final.</summary>
    public static RunState Lost { get; } = new("Lost");

    /// <summary>A kill ran into its ceiling with survivors. Not final: it is retried.</summary>
    public static RunState KillUnconfirmed { get; } = new("KillUnconfirmed");

    /// <summary>The name, as stored.</summary>
    public string Name => _name ?? string.Empty;

    /// <summary>True when the run is over for good. False for states that this version does not know.</summary>
    public bool IsFinal => this == Exited || this == Killed || this == EndedUnproven || this == LaunchFailed || this == Lost;

    /// <inheritdoc/>
    public override string ToString() => Name;
}
