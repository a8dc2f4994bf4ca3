using System.Text.Json.Serialization;

namespace WorkflowLifecycle;

/// <summary>How a program is told to leave.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TerminationStepKind>))]
public enum TerminationStepKind
{
    /// <summary>A signal, followed by SIGCONT.</summary>
    Signal = 0,

    /// <summary>A line on its standard input; only the host that launched it with <see cref="InputMode.Pipe"/> has that.</summary>
    InputLine = 1,

    /// <summary>A command, for example <c>pg_ctl stop</c>.</summary>
    Command = 2,
}
