using System.Text.Json.Serialization;

namespace WorkflowLifecycle;

/// <summary>When a phase of a graceful shutdown has its turn. Phases of one stage run side by side; the stages follow each other.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ShutdownStage>))]
public enum ShutdownStage
{
    /// <summary>Before anything is waited for or signalled: for example to revoke the run's credentials, so that nothing the tree still does counts.</summary>
    Before = 0,

    /// <summary>Waits for work in flight. Nothing was signalled yet.</summary>
    Quiesce = 1,

    /// <summary>Beside the terminate step: for example to ask a server to drain.</summary>
    Terminate = 2,

    /// <summary>After the end of the tree was proven, beside the cleaning.</summary>
    After = 3,
}
