namespace WorkflowLifecycle.Tests.Support;

/// <summary>A cleaner that makes one thing for each launch.</summary>
internal sealed class ScriptedProvider(string name = "provided", CallLog? log = null) : ScriptedCleaner(name, log), IResourceProvider
{
    private readonly CallLog? _log = log;

    public Func<ProvisionContext, CancellationToken, Task> OnProvide { get; set; } = static (_, _) => Task.CompletedTask;

    public async ValueTask<ProvidedResources> ProvideAsync(ProvisionContext context, CancellationToken cancellationToken = default)
    {
        _log?.Add("provide");
        await OnProvide(context, cancellationToken);
        string thing = $"{Name} of {context.Run.RunId}";
        With(thing);
        return new ProvidedResources
        {
            Resources = [new RunResource { Cleaner = Name, Name = thing }],
            Environment = new Dictionary<string, string> { ["THING"] = thing },
        };
    }
}
