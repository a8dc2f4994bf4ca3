using System.Security.Claims;

namespace WorkflowLifecycle;

/// <summary>A program to launch as a tracked run.</summary>
/// <param name="Program">A path, or a name that is looked up in the PATH that the program will have.</param>
/// <param name="Arguments">Its arguments, without the program's name. Passed as they are: no shell, no quoting. No NUL characters.</param>
public sealed record LaunchRequest(string Program, params IReadOnlyList<string> Arguments)
{
    /// <summary>The run's id; default: a fresh one.</summary>
    public RunId? RunId { get; init; }

    /// <summary>Name of the workflow, at most 200 characters; for searching and per-workflow options.</summary>
    public string? Workflow { get; init; }

    /// <summary>Session of the caller, at most 200 characters.</summary>
    public string? Session { get; init; }

    /// <summary>A label, at most 200 characters. Never authority; see <see cref="LaunchedBy"/>.</summary>
    public string? Owner { get; init; }

    /// <summary>On whose behalf the run is launched: the subject of its owner claim may kill the run. Default: the host alone.</summary>
    public ClaimsPrincipal? LaunchedBy { get; init; }

    /// <summary>The run under which this one is launched. A kill of it ends this one too.</summary>
    public RunId? ParentRun { get; init; }

    /// <summary>Working directory; default: the host's.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Changes to the host's environment; a null value removes the variable.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>What the program reads. Default: nothing.</summary>
    public InputMode Input { get; init; }

    /// <summary>The file to read with <see cref="InputMode.File"/>.</summary>
    public string? InputFile { get; init; }

    /// <summary>Where its output goes. Default: captured by the host.</summary>
    public OutputMode Output { get; init; }

    /// <summary>How the program says that its initialization is over. Default: not declared, the first output will do.</summary>
    public Readiness? Readiness { get; init; }

    /// <summary>What happens when the host dies; default: <see cref="WorkflowLifecycleOptions.OnHostExit"/>.</summary>
    public OnHostExit? OnHostExit { get; init; }

    /// <summary>How a graceful kill tells the program to leave. Default: SIGTERM to the whole tree.</summary>
    public TerminationLadder Termination { get; init; } = TerminationLadder.Default;

    /// <summary>What becomes of processes that are still there when the program has exited by itself. Default: they are ended. Either way they are reported.</summary>
    public LeftoverPolicy Leftovers { get; init; }

    /// <summary>The cleaners that run at the end, by name; null for all that this host has. An unknown name is refused.</summary>
    public IReadOnlyList<string>? Cleaners { get; init; }

    /// <summary>What becomes of the working directory at the end; null for the setting of the host's <c>work-directory</c> cleaner. Delete and Archive need that cleaner.</summary>
    public WorkDirectoryPolicy? WorkDirectory { get; init; }

    /// <summary>Refuse to launch below this strength; default: <see cref="WorkflowLifecycleOptions.MinimumStrength"/>.</summary>
    public ContainmentStrength? MinimumStrength { get; init; }

    /// <summary>Ways out of the containment to close. The launch fails where one of them cannot be closed. Default: none.</summary>
    public Hardening Hardening { get; init; }
}
