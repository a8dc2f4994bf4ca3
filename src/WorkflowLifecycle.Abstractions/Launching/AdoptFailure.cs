namespace WorkflowLifecycle;

/// <summary>Why a tree was not adopted.</summary>
public enum AdoptFailure
{
    /// <summary>The process that is meant is not there: it exited, or its PID belongs to another one now.</summary>
    NotThere = 0,

    /// <summary>PID 1, a kernel thread, the asking process or one above it, or a process that holds a run.</summary>
    Protected = 1,

    /// <summary>A process of the tree is another user's, or the principal may not adopt.</summary>
    NotPermitted = 2,

    /// <summary>A process of the tree is in a live run.</summary>
    AlreadyTracked = 3,

    /// <summary>The tree could only be held more weakly than asked for.</summary>
    TooWeak = 4,

    /// <summary>The tree grew faster than it could be held, or the kernel refused a step. Everything is where it was.</summary>
    NotHeld = 5,
}
