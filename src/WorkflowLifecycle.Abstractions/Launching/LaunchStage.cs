namespace WorkflowLifecycle;

/// <summary>Where a launch failed.</summary>
public enum LaunchStage
{
    /// <summary>This platform or environment cannot hold a tree as firmly as asked for.</summary>
    Containment = 0,

    /// <summary>The shim did not start or did not answer.</summary>
    Shim = 1,

    /// <summary>The working directory is missing or cannot be entered.</summary>
    WorkingDirectory = 2,

    /// <summary>The program is missing.</summary>
    ProgramMissing = 3,

    /// <summary>The program is there and cannot be executed: no permission, or not a program of this machine.</summary>
    ProgramNotExecutable = 4,

    /// <summary>The input file or an output file cannot be opened.</summary>
    StandardStreams = 5,

    /// <summary>The kernel refused to start a process.</summary>
    Spawn = 6,

    /// <summary>A hardening that was asked for cannot be had here.</summary>
    Hardening = 7,

    /// <summary>A resource that a cleaner makes for the run, as its temp directory, could not be made, or may not be one.</summary>
    Resources = 8,
}
