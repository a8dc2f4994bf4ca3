namespace WorkflowLifecycle.Tests.Model;

/// <summary>What can happen.</summary>
internal enum StepKind
{
    Launch,
    Ready,
    Exit,
    Kill,
    Pass,
    Look,
    Command,
    Stop,
    Die,
    DieSoon,
    Start,
    Reboot,
    LoseShim,
    Break,
    Heal,
    CleaningFails,
    CleaningWorks,
}
