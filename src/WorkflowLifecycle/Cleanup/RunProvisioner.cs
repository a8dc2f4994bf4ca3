using Microsoft.Extensions.Logging;
using WorkflowLifecycle.Isolation;
using WorkflowLifecycle.Killing;
using WorkflowLifecycle.Registry;
using WorkflowLifecycle.Steps;

namespace WorkflowLifecycle.Cleanup;

/// <summary>Has the providers of this host make what a run is to have, one after the other: a later one may rely on an earlier one.</summary>
internal sealed class RunProvisioner(ResourceCleaners cleaners, StepWriter steps, TimeProvider timeProvider, ILogger<RunProvisioner> logger)
{
    private const string Late = "it was made for a launch that had failed by then";

    /// <summary>Makes it, before the program starts.</summary>
    /// <param name="row">The run's row.</param>
    /// <param name="request">What was asked for.</param>
    /// <param name="provision">Takes what was made, also where a later provider fails.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="LaunchFailedException">A provider refused, failed, or did not answer within its ceiling.</exception>
    public async Task ProvideAsync(RunRecord row, LaunchRequest request, Provision provision, CancellationToken cancellationToken)
    {
        foreach (string name in row.Cleaners)
        {
            if (cleaners.Find(name) is IResourceProvider provider)
            {
                ProvisionContext context = new() { Run = row, Request = request };
                provision.Add(await steps.TakeAsync(PersistedStep.ResourcesProvided, () => ProvideAsync(provider, context, provision, cancellationToken)).ConfigureAwait(false));
            }
        }
    }

    private async Task<ProvidedResources> ProvideAsync(IResourceProvider provider, ProvisionContext context, Provision provision, CancellationToken cancellationToken)
    {
        using KillLimit limit = new(provider.Ceiling, timeProvider, cancellationToken);
        ForeignCall<ProvidedResources> providing = new(told => provider.ProvideAsync(context, told).AsTask());
        try
        {
            ProvidedResources provided = await providing.WaitAsync(limit.Token).ConfigureAwait(false);

            // By this name its own cleaner finds them again, whatever it wrote there.
            return provided with { Resources = [.. provided.Resources.Select(resource => resource with { Cleaner = provider.Name })] };
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            string why = limit.Token.IsCancellationRequested ? $"it was not done within {provider.Ceiling.TotalSeconds:0.#} s." : exception.Message;
            throw new LaunchFailedException(LaunchStage.Resources, $"The cleaner '{provider.Name}' refused the launch: {why}", innerException: exception);
        }
        finally
        {
            providing.Abandon();
            if (!providing.Work.IsCompleted)
            {
                provision.Miss(provider.Name);
                _ = OweLateAsync(provider.Name, context.Run, providing.Work);
            }
        }
    }

    // Nobody waits for it any more, and what it makes all the same belongs to a run that never was.
    private async Task OweLateAsync(string name, RunRecord run, Task<ProvidedResources> providing)
    {
        await ((Task)providing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!providing.IsCompletedSuccessfully || providing.Result.Resources.Count == 0)
        {
            return;
        }

        CleanupDebt[] debts =
        [
            .. providing.Result.Resources.Where(static resource => resource.Handling is ResourceHandling.Clean or ResourceHandling.Watch)
                .Select(resource => CleanupDebts.New(run, null, name, resource with { Cleaner = name }, Late, timeProvider.GetUtcNow())),
        ];
        await StoreReturn.BeginAsync(run.RunId, () => steps.CommitAsync(PersistedStep.LateResourcesOwed, new StoreCommit { AddDebts = debts }, CommitDurability.Machine), timeProvider, logger).ConfigureAwait(false);
    }
}
