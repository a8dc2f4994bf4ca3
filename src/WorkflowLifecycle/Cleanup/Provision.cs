namespace WorkflowLifecycle.Cleanup;

/// <summary>What was made for one launch.</summary>
internal sealed class Provision
{
    private readonly List<RunResource> _resources = [];
    private readonly List<string> _unanswered = [];
    private readonly Dictionary<string, string> _environment = new(StringComparer.Ordinal);

    public IReadOnlyList<RunResource> Resources => _resources;

    public IReadOnlyDictionary<string, string> Environment => _environment;

    /// <summary>Names of the providers that did not answer, and may still make something.</summary>
    public IReadOnlyList<string> Unanswered => _unanswered;

    public void Miss(string provider) => _unanswered.Add(provider);

    public void Add(ProvidedResources provided)
    {
        _resources.AddRange(provided.Resources);
        foreach ((string name, string value) in provided.Environment)
        {
            _environment[name] = value;
        }
    }

    /// <summary>The environment of a program, with what was made for it.</summary>
    public IReadOnlyDictionary<string, string> Over(IReadOnlyDictionary<string, string> environment)
    {
        if (_environment.Count == 0)
        {
            return environment;
        }

        Dictionary<string, string> all = new(environment, StringComparer.Ordinal);
        foreach ((string name, string value) in _environment)
        {
            all[name] = value;
        }

        return all;
    }
}
