using System.Text.Json.Serialization;

namespace WorkflowLifecycle;

/// <summary>Whom the signals of a <see cref="TerminationLadder"/> go to.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TerminationScope>))]
public enum TerminationScope
{
    /// <summary>Every process of the tree. The kill waits for all of them.</summary>
    WholeTree = 0,

    /// <summary>The main process alone, for programs that end their children in order. What is left once it has exited gets SIGKILL.</summary>
    MainProcess = 1,
}
