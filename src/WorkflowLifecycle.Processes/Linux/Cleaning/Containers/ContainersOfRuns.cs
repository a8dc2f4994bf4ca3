using WorkflowLifecycle.Processes.Linux.Working;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.Containers;

/// <summary>
/// Removes the containers that carry a run's labels. They are processes of another daemon, which no containment of ours holds: only the labels say
/// whose they are. The run's internal id is in no output of ours, so that a label by chance or by guess is none.
/// </summary>
internal sealed class ContainersOfRuns(ContainerCleanerOptions options) : IResourceProvider
{
    private const string RunLabel = "workflow-lifecycle.run";
    private const string IdLabel = "workflow-lifecycle.id";
    private const string Variable = "WORKFLOW_LIFECYCLE_CONTAINER_LABELS";
    private const int MostContainers = 200;
    private const int IdLength = 64;
    private const int LongestName = 100;
    private const string ClientKey = "client";
    private const string IdKey = "id";

    private static readonly string[] _names = ["docker", "podman"];

    // Of a daemon that runs. Where none of them is, there is nobody to ask.
    private static readonly string[] _dockerSockets = ["/var/run/docker.sock", "/run/docker.sock"];

    public string Name => CleanerNames.Containers;

    public TimeSpan Ceiling => options.Ceiling;

    public ValueTask<ProvidedResources> ProvideAsync(ProvisionContext context, CancellationToken cancellationToken = default) =>
        new(new ProvidedResources { Environment = new Dictionary<string, string> { [Variable] = $"--label {RunLabel}={context.Run.RunId} --label {IdLabel}={context.Run.InternalId}" } });

    public async ValueTask<IReadOnlyList<RunResource>> DiscoverAsync(CleanupContext context, CancellationToken cancellationToken = default)
    {
        if (context.Moment == CleanupMoment.BeforeEnd)
        {
            return [];
        }

        IReadOnlyList<ContainerClient> clients = ClientsFor(context.Run);
        IReadOnlyList<RunResource>[] found = await Task.WhenAll(clients.Select(client => FindAsync(client, context.Run, cancellationToken))).ConfigureAwait(false);

        // Two clients may be of one engine, as docker is where podman stands in for it.
        return [.. found.SelectMany(static resources => resources).DistinctBy(static resource => resource.Details.GetValueOrDefault(IdKey, resource.Name))];
    }

    public async ValueTask CleanAsync(RunResource resource, CleanupContext context, CancellationToken cancellationToken = default)
    {
        ContainerClient client = ClientOf(resource, context.Run);
        foreach (string id in (await ListAsync(client, context.Run, cancellationToken).ConfigureAwait(false)).Keys.Where(id => IsMeant(resource, id)))
        {
            // One client ends a container at once when it is to remove it, the other asks politely first and waits. One that has ended cannot be killed.
            _ = await ContainersCommand.TryAsync(client, ["kill", id], cancellationToken).ConfigureAwait(false);
            await ContainersCommand.RunAsync(client, ["rm", "--force", id], cancellationToken).ConfigureAwait(false);
        }
    }

    public async ValueTask<bool> ExistsAsync(RunResource resource, CleanupContext context, CancellationToken cancellationToken = default) =>
        (await ListAsync(ClientOf(resource, context.Run), context.Run, cancellationToken).ConfigureAwait(false)).Keys.Any(id => IsMeant(resource, id));

    private async Task<IReadOnlyList<RunResource>> FindAsync(ContainerClient client, RunRecord run, CancellationToken cancellationToken)
    {
        string name = Path.GetFileName(client.Path);
        try
        {
            return [.. (await ListAsync(client, run, cancellationToken).ConfigureAwait(false)).Take(MostContainers).Select(container =>
                Describe(client, $"{name} {container.Key[..12]} {VisibleText.Of(container.Value, LongestName)}", note: null, container.Key))];
        }
        catch (IOException exception) when (!cancellationToken.IsCancellationRequested)
        {
            // What the other clients know is not lost over it. Whether this one has any, nobody can tell: asked again until somebody can.
            return options.Clients.Count == 0 && name == "docker" && IsDockerAway()
                ? [new RunResource { Cleaner = Name, Name = client.Path, Handling = ResourceHandling.Report, Note = "its engine does not run here: it was not asked for containers" }]
                : [Describe(client, $"containers of {client.Path}", exception.Message, id: null)];
        }
    }

    // Both filters, each by itself: whether a client means "and" or "or" by two of them does not matter then.
    private static async Task<IReadOnlyDictionary<string, string>> ListAsync(ContainerClient client, RunRecord run, CancellationToken cancellationToken)
    {
        Dictionary<string, string> byId = await ListAsync(client, $"{IdLabel}={run.InternalId}", cancellationToken).ConfigureAwait(false);
        if (byId.Count == 0)
        {
            return byId;
        }

        Dictionary<string, string> byRun = await ListAsync(client, $"{RunLabel}={run.RunId}", cancellationToken).ConfigureAwait(false);
        return byId.Where(container => byRun.ContainsKey(container.Key)).ToDictionary();
    }

    private static async Task<Dictionary<string, string>> ListAsync(ContainerClient client, string label, CancellationToken cancellationToken)
    {
        string output = await ContainersCommand.RunAsync(client, ["ps", "--all", "--no-trunc", "--filter", "label=" + label, "--format", "{{.ID}} {{.Names}}"], cancellationToken).ConfigureAwait(false);
        Dictionary<string, string> containers = new(StringComparer.Ordinal);
        foreach (string line in output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            string id = line.Split(' ')[0];
            if (id.Length != IdLength || !id.All(char.IsAsciiHexDigitLower))
            {
                throw new IOException($"{client.Path} did not answer with a list of containers: {VisibleText.Of(line, LongestName)}");
            }

            containers[id] = line[id.Length..].Trim();
        }

        return containers;
    }

    private static bool IsDockerAway() =>
        string.IsNullOrEmpty(Environment.GetEnvironmentVariable("DOCKER_HOST")) && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("DOCKER_CONTEXT"))
        && !_dockerSockets.Append(Path.Combine(Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") ?? "/run", "docker.sock")).Any(File.Exists);

    private static RunResource Describe(ContainerClient client, string name, string? note, string? id)
    {
        Dictionary<string, string> details = new() { [ClientKey] = client.Path };
        if (id is not null)
        {
            details[IdKey] = id;
        }

        return new RunResource { Cleaner = CleanerNames.Containers, Name = name, Note = note, Details = details };
    }

    // What a debt says is a path that somebody wrote into a row: only what would be run anyway is run.
    private ContainerClient ClientOf(RunResource resource, RunRecord run)
    {
        string path = resource.Details.GetValueOrDefault(ClientKey) ?? throw new InvalidOperationException($"Nothing is kept of '{resource.Name}' by which it could be found.");
        return ClientsFor(run).FirstOrDefault(client => client.Path == path) ?? throw new IOException($"{path} is no client that this process may run: install it, or name it in Clients");
    }

    private IReadOnlyList<ContainerClient> ClientsFor(RunRecord run) =>
        options.Clients.Count > 0 ? [.. options.Clients]
        : [.. _names.Select(name => TrustedPrograms.Find(name, Environment.GetEnvironmentVariable("PATH"), run.WorkingDirectory)).OfType<string>().Select(path => new ContainerClient { Path = path })];

    private static bool IsMeant(RunResource resource, string id) => resource.Details.GetValueOrDefault(IdKey) is not { } meant || meant == id;
}
