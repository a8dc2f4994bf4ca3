namespace WorkflowLifecycle.Processes;

/// <summary>A running tree, as the host that launched it sees it.</summary>
public interface IHeldRun : IAsyncDisposable
{
    /// <summary>The root program's process.</summary>
    ProcessIdentity Root { get; }

    /// <summary>The program's standard input; null unless it is a pipe.</summary>
    Stream? StandardInput { get; }

    /// <summary>The program's standard output; null unless it goes to the host.</summary>
    Stream? StandardOutput { get; }

    /// <summary>The program's standard error; null unless it goes to the host.</summary>
    Stream? StandardError { get; }

    /// <summary>Completes when the root program exited.</summary>
    Task<ExitNotice> Exited { get; }

    /// <summary>Completes when the whole tree is gone, or with null when the holder was lost before it could say so.</summary>
    Task<EndNotice?> Ended { get; }

    /// <summary>What the program says through the notify protocol, and its first output; ends with the run.</summary>
    IAsyncEnumerable<HoldSignal> Signals { get; }
}
