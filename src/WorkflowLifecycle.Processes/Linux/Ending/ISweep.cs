namespace WorkflowLifecycle.Processes.Linux.Ending;

/// <summary>Finds and ends what nothing holds. Proves nothing.</summary>
internal interface ISweep
{
    /// <summary>Whether the last look could ask everybody. Where not, that it found nobody is no end.</summary>
    bool IsSure { get; }

    /// <summary>Stops what is found, and kills it.</summary>
    /// <returns>How many were found alive.</returns>
    int KillOnce();

    /// <summary>Sends signals to what is found.</summary>
    /// <returns>How many got the first one.</returns>
    int Send(params ReadOnlySpan<int> signals);

    /// <summary>Finds those that are of the run beyond doubt, and alive.</summary>
    IReadOnlyList<ProcessSnapshot> FindLiving();
}
