namespace WorkflowLifecycle;

/// <summary>What a program reads on standard input.</summary>
public enum InputMode
{
    /// <summary>End of file at once. The default: a tool that asks a question does not hang.</summary>
    Null = 0,

    /// <summary>What is written to <see cref="ITrackedProcess.StandardInput"/>.</summary>
    Pipe = 1,

    /// <summary>The file named by <see cref="LaunchRequest.InputFile"/>.</summary>
    File = 2,
}
