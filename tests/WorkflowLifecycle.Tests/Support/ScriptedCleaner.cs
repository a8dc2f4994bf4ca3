namespace WorkflowLifecycle.Tests.Support;

/// <summary>A cleaner over names in memory. Each step can be scripted; by default what is there is found, freed and gone.</summary>
internal class ScriptedCleaner(string name = "scripted", CallLog? log = null) : IResourceCleaner
{
    private readonly Lock _gate = new();
    private readonly List<string> _there = [];

    public string Name { get; } = name;

    public TimeSpan Ceiling { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>What a look says of each thing that is there.</summary>
    public Func<string, RunResource> Describe { get; set; } = thing => new RunResource { Cleaner = name, Name = thing };

    public Func<CleanupContext, CancellationToken, Task> OnDiscover { get; set; } = static (_, _) => Task.CompletedTask;

    public Func<RunResource, CancellationToken, Task> OnClean { get; set; } = static (_, _) => Task.CompletedTask;

    public Func<RunResource, CancellationToken, Task> OnExists { get; set; } = static (_, _) => Task.CompletedTask;

    /// <summary>The contexts of the looks, in order.</summary>
    public List<CleanupContext> Looks { get; } = [];

    public int Cleanings { get; private set; }

    /// <summary>What is there and no look sees.</summary>
    public ISet<string> Unseen { get; } = new HashSet<string>();

    public int LooksWhileRunning(RunId runId)
    {
        lock (_gate)
        {
            return Looks.Count(look => look.Moment == CleanupMoment.WhileRunning && look.Run.RunId == runId);
        }
    }

    public ScriptedCleaner With(params ReadOnlySpan<string> things)
    {
        _there.AddRange(things);
        return this;
    }

    /// <summary>Somebody else frees it.</summary>
    public void Without(string thing)
    {
        lock (_gate)
        {
            _there.Remove(thing);
        }
    }

    public async ValueTask<IReadOnlyList<RunResource>> DiscoverAsync(CleanupContext context, CancellationToken cancellationToken = default)
    {
        log?.Add($"discover {context.Moment}");
        lock (_gate)
        {
            Looks.Add(context);
        }

        await OnDiscover(context, cancellationToken);
        lock (_gate)
        {
            return [.. _there.Where(thing => !Unseen.Contains(thing)).Select(Describe)];
        }
    }

    public async ValueTask CleanAsync(RunResource resource, CleanupContext context, CancellationToken cancellationToken = default)
    {
        log?.Add($"free {resource.Name}");
        lock (_gate)
        {
            Cleanings++;
        }

        await OnClean(resource, cancellationToken);
        lock (_gate)
        {
            _there.Remove(resource.Name);
        }
    }

    public async ValueTask<bool> ExistsAsync(RunResource resource, CleanupContext context, CancellationToken cancellationToken = default)
    {
        await OnExists(resource, cancellationToken);
        lock (_gate)
        {
            return _there.Contains(resource.Name);
        }
    }
}
