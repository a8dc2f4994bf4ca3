namespace WorkflowLifecycle.Tests.Model;

/// <summary>What is wrong with the store.</summary>
internal enum StoreFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Somebody else has it: calls wait until they are told to stop, or the fault is over.</summary>
    Locked,

    /// <summary>Every call fails at once.</summary>
    Away,

    /// <summary>Reads work; every commit fails at once.</summary>
    Full,

    /// <summary>A commit is written, and its answer lost.</summary>
    AnswerLost,

    /// <summary>Every call takes most of a second.</summary>
    Slow,
}
