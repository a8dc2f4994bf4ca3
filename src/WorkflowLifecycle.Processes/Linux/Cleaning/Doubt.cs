namespace WorkflowLifecycle.Processes.Linux.Cleaning;

/// <summary>Why something that a run has is not provably the run's.</summary>
/// <param name="Reason">In words.</param>
/// <param name="IsOpen">True when it is a doubt of the look, not of the thing, as where there was no time: the next look decides again.</param>
internal sealed record Doubt(string Reason, bool IsOpen = false)
{
    private const string ReasonKey = "doubt";
    private const string OpenKey = "open";

    /// <summary>The doubt that is kept with a resource; null where there is none.</summary>
    public static Doubt? Of(RunResource resource) =>
        resource.Details.GetValueOrDefault(ReasonKey) is { } reason ? new Doubt(reason, resource.Details.ContainsKey(OpenKey)) : null;

    /// <summary>Puts it with what is kept of a resource.</summary>
    public void AddTo(Dictionary<string, string> details)
    {
        details[ReasonKey] = Reason;
        if (IsOpen)
        {
            details[OpenKey] = "yes";
        }
    }

    public override string ToString() => $"not provably the run's: {Reason}";
}
