namespace WorkflowLifecycle.Processes.Linux.Cleaning;

/// <summary>
/// Which look saw a resource last, in its details. What was there right before the end belongs into the receipt, also when it went with its processes. What
/// was only seen while the run went on and is not there any more was freed by the run itself, perhaps days ago: nothing is told of it.
/// </summary>
internal static class SeenMark
{
    private const string Key = "seen";
    private const string WhileRunning = "running";
    private const string BeforeEnd = "end";

    /// <summary>Marks a resource as seen by this look. The same one where that is known already.</summary>
    public static RunResource Seen(this RunResource resource, CleanupContext context)
    {
        string mark = context.Moment == CleanupMoment.WhileRunning ? WhileRunning : BeforeEnd;
        return resource.Details.GetValueOrDefault(Key) == mark
            ? resource
            : resource with { Details = new Dictionary<string, string>(resource.Details, StringComparer.Ordinal) { [Key] = mark } };
    }

    /// <summary>What is told after the end of something that is gone: nothing where it was only to be told, or went while the run went on.</summary>
    public static RunResource? ToldWhenGone(this RunResource resource) =>
        resource.Handling == ResourceHandling.Report || resource.Details.GetValueOrDefault(Key) == WhileRunning ? null : resource;
}
