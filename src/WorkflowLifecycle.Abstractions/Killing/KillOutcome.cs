using System.Text.Json.Serialization;

namespace WorkflowLifecycle;

/// <summary>What became of a kill.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<KillOutcome>))]
public enum KillOutcome
{
    /// <summary>The tree was ended with SIGKILL, and its end is proven.</summary>
    Killed = 0,

    /// <summary>Every process left by itself after SIGTERM: no SIGKILL was sent. Proven.</summary>
    ExitedGracefully = 1,

    /// <summary>The run was over before; its real exit code is kept.</summary>
    AlreadyExited = 2,

    /// <summary>Nothing is known to be left, but at this strength nothing proves it.</summary>
    EndedUnproven = 3,

    /// <summary>Not permitted; nothing was signalled. <see cref="KillReport.Message"/> names what is missing.</summary>
    Denied = 4,

    /// <summary>The ceiling passed and the end is not proven: survivors are named, the run stays in <see cref="RunState.KillUnconfirmed"/> and is retried.</summary>
    KillUnconfirmed = 5,
}
