using System.Text.Json.Serialization;

namespace WorkflowLifecycle;

/// <summary>What becomes of processes of a run that are still there when its main program has exited by itself.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<LeftoverPolicy>))]
public enum LeftoverPolicy
{
    /// <summary>SIGTERM, <see cref="WorkflowLifecycleOptions.LeftoverGrace"/>, SIGKILL. The default.</summary>
    End = 0,

    /// <summary>
    /// They stay, and the run with them: it is <see cref="RunState.Running"/> until the last of them ends by itself or a kill ends them. The exit code of
    /// the main program is in the row at once, and who is left in its status; whoever waits for the run goes on waiting.
    /// </summary>
    Keep = 1,
}
