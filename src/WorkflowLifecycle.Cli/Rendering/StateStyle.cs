using Spectre.Console;

namespace WorkflowLifecycle.Cli.Rendering;

/// <summary>The colour of a state. Never the only carrier of a meaning: the name stands there too.</summary>
internal static class StateStyle
{
    private static readonly Style Good = new(Color.Green);
    private static readonly Style Attention = new(Color.Yellow);
    private static readonly Style Bad = new(Color.Red);
    private static readonly Style Over = new(decoration: Decoration.Dim);

    public static Style Of(RunState state) =>
        state == RunState.Running ? Good
        : state == RunState.KillUnconfirmed || state == RunState.LaunchFailed ? Bad
        : state.IsFinal ? Over
        : Attention;

    public static Style Of(KillOutcome outcome) => outcome switch
    {
        KillOutcome.Killed or KillOutcome.ExitedGracefully or KillOutcome.AlreadyExited => Good,
        KillOutcome.EndedUnproven => Attention,
        _ => Bad,
    };
}
