using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Recovery;
using WorkflowLifecycle.Steps;

namespace WorkflowLifecycle.Cleanup;

/// <summary>What the launch itself made and the end could not free: cgroup, shim, run directory. At the end of a run it is freed without this; here are its debts.</summary>
internal sealed class ContainmentDebts(IContainmentPlatform platform, StepWriter steps) : IResourceCleaner
{
    public const string CleanerName = "containment";

    private const string Line = "line";

    public string Name => CleanerName;

    public TimeSpan Ceiling => TimeSpan.FromSeconds(10);

    /// <summary>What a line of the receipt leaves over.</summary>
    public static IEnumerable<RunResource> Of(CleanupResult line) => line.Outcome is not (CleanupOutcomes.Failed or CleanupOutcomes.CeilingReached) ? [] : line.Remaining.Select(name => new RunResource
    {
        Cleaner = CleanerName,
        Name = name,
        Details = new Dictionary<string, string> { [Line] = line.Cleaner },
    });

    /// <summary>All that held a run, where nobody can say what of it was freed.</summary>
    public static RunResource Whole(ContainmentRecord held) => new()
    {
        Cleaner = CleanerName,
        Name = held.RunDirectory,
        Details = new Dictionary<string, string> { [Line] = CleanerName },
    };

    public ValueTask<IReadOnlyList<RunResource>> DiscoverAsync(CleanupContext context, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IReadOnlyList<RunResource>>([]);

    public async ValueTask CleanAsync(RunResource resource, CleanupContext context, CancellationToken cancellationToken = default)
    {
        CleanupResult? line = await FreeAsync(resource, context, cancellationToken).ConfigureAwait(false);
        if (line is { Outcome: CleanupOutcomes.Failed })
        {
            throw new IOException(line.Message);
        }
    }

    public async ValueTask<bool> ExistsAsync(RunResource resource, CleanupContext context, CancellationToken cancellationToken = default) =>
        await FreeAsync(resource, context, cancellationToken).ConfigureAwait(false) is { Outcome: CleanupOutcomes.Failed };

    // Freeing again what is free finds nothing, and looks at each part by its identity: there is no better look.
    private async Task<CleanupResult?> FreeAsync(RunResource resource, CleanupContext context, CancellationToken cancellationToken)
    {
        if (context.Run.Containment is null)
        {
            return null;
        }

        IContainment containment = platform.Open(context.Run);
        await using (containment.ConfigureAwait(false))
        {
            using IDisposable? held = await containment.LockAsync(cancellationToken).ConfigureAwait(false);
            await containment.ConnectAsync(cancellationToken).ConfigureAwait(false);
            IReadOnlyList<CleanupResult> receipt = await containment.FreeAsync(context.Run, steps, cancellationToken).ConfigureAwait(false);

            // Where the whole was not free, each part has to be; and where the whole cannot be, no part is.
            string? part = resource.Details.GetValueOrDefault(Line);
            return receipt.FirstOrDefault(line => line.Outcome == CleanupOutcomes.Failed && (part == CleanerName || line.Cleaner == CleanerName || line.Cleaner == part));
        }
    }
}
