namespace WorkflowLifecycle;

/// <summary>What became of a row that was held against reality.</summary>
public enum RecoveryOutcome
{
    /// <summary>There was nothing to do: its host lives, or somebody else has it in hand.</summary>
    Untouched = 0,

    /// <summary>Nothing can be told from here (another machine or PID namespace, or a look that failed). The row is left as it is.</summary>
    CannotTell = 1,

    /// <summary>Its host is gone and its tree goes on, as it was to: this process watches it now.</summary>
    ReAdopted = 2,

    /// <summary>Its host is gone and its tree goes on, as it was to; the next host of that name watches it.</summary>
    GoesOn = 3,

    /// <summary>It ended while nobody looked. What its holder left says how.</summary>
    FinishedMeanwhile = 4,

    /// <summary>The machine was restarted since.</summary>
    LostOnReboot = 5,

    /// <summary>It is gone, and nothing is left that proves how.</summary>
    Stale = 6,

    /// <summary>A kill whose executor died is carried on, under its own id.</summary>
    KillResumed = 7,

    /// <summary>A kill whose executor died has more time than this process: whoever comes next carries it on.</summary>
    KillInterrupted = 8,

    /// <summary>Its launch was interrupted before the program ran, and is undone.</summary>
    LaunchUndone = 9,

    /// <summary>It was not to outlive its host, and what was to end it then was gone as well: it is ended now, on the intent of its launch.</summary>
    EndedWithItsHost = 10,
}
