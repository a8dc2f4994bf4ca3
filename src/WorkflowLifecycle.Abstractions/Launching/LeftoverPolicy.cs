using System.Text.Json.Serialization;

namespace WorkflowLifecycle;

/// <summary>What becomes of processes of a run that are still there when its main program has exited by itself.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<LeftoverPolicy>))]
public enum LeftoverPolicy
{
    /// <summary>SIGTERM, <see cref="WorkflowLifecycleOptions.LeftoverGrace"/>, SIGKILL. The default.</summary>
    End = 0,

    /// <summary>They stay, and the run with them, until they end by themselves or a kill ends them.</summary>
    Keep = 1,
}
