namespace WorkflowLifecycle.Processes;

/// <summary>Whom a signal is for.</summary>
public enum SignalScope
{
    /// <summary>Every process of the run.</summary>
    WholeTree = 0,

    /// <summary>The program that was launched, alone.</summary>
    MainProcess = 1,
}
