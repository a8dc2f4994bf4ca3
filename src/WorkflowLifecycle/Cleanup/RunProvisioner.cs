using WorkflowLifecycle.Isolation;
using WorkflowLifecycle.Killing;

namespace WorkflowLifecycle.Cleanup;

/// <summary>Has the providers of this host make what a run is to have, one after the other: a later one may rely on an earlier one.</summary>
internal sealed class RunProvisioner(ResourceCleaners cleaners, TimeProvider timeProvider)
{
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
                provision.Add(await ProvideAsync(provider, new ProvisionContext { Run = row, Request = request }, cancellationToken).ConfigureAwait(false));
            }
        }
    }

    private async Task<ProvidedResources> ProvideAsync(IResourceProvider provider, ProvisionContext context, CancellationToken cancellationToken)
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
        }
    }
}
