using System.Runtime.Versioning;
using WorkflowLifecycle.Processes.Linux.Cleaning.Git;
using WorkflowLifecycle.Processes.Linux.Deleting;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.Files;

/// <summary>Keeps a run's working directory, deletes it, or writes it into an archive first.</summary>
[SupportedOSPlatform("linux")]
internal sealed class WorkDirectoryProvider(
    WorkDirectoryCleanerOptions options, Func<RunRecord, CancellationToken, ValueTask<IReadOnlyList<OccupiedPlace>>> findOccupied, TimeProvider timeProvider)
    : IResourceProvider
{
    private const string ArchiveKey = "archive";

    public string Name => CleanerNames.WorkDirectory;

    public TimeSpan Ceiling => options.Ceiling;

    public async ValueTask<ProvidedResources> ProvideAsync(ProvisionContext context, CancellationToken cancellationToken = default)
    {
        WorkDirectoryPolicy policy = context.Request.WorkDirectory ?? options.Policy;
        if (policy == WorkDirectoryPolicy.Keep)
        {
            return new ProvidedResources { Resources = [new RunResource { Cleaner = Name, Name = context.Run.WorkingDirectory, Handling = ResourceHandling.Keep, Note = "stays by its policy" }] };
        }

        string path = WorkDirectoryPath.Of(context.Request, policy);
        IReadOnlyList<OccupiedPlace> occupied = await findOccupied(context.Run, cancellationToken).ConfigureAwait(false);
        return await BlockingWork.RunAsync(_ => Take(path, policy, context.Run, occupied), cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<IReadOnlyList<RunResource>> DiscoverAsync(CleanupContext context, CancellationToken cancellationToken = default) =>
        await BlockingWork.RunAsync(
            _ => context.Run.Resources.Concat(context.Known).Where(resource => resource.Cleaner == Name).DistinctBy(resource => resource.Name, StringComparer.Ordinal).Where(IsThere).ToArray(),
            cancellationToken).ConfigureAwait(false);

    public async ValueTask CleanAsync(RunResource resource, CleanupContext context, CancellationToken cancellationToken = default)
    {
        IReadOnlyList<OccupiedPlace> occupied = await findOccupied(context.Run, cancellationToken).ConfigureAwait(false);
        await BlockingWork.RunAsync(stop => Free(resource, context, occupied, stop), cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<bool> ExistsAsync(RunResource resource, CleanupContext context, CancellationToken cancellationToken = default) =>
        await BlockingWork.RunAsync(_ => OwnedDirectory.Exists(resource), cancellationToken).ConfigureAwait(false);

    private static bool IsThere(RunResource resource) => resource.Handling == ResourceHandling.Keep ? Directory.Exists(resource.Name) : OwnedDirectory.Exists(resource);

    private ProvidedResources Take(string path, WorkDirectoryPolicy policy, RunRecord run, IReadOnlyList<OccupiedPlace> occupied)
    {
        using PinnedDirectory place = PinnedDirectory.Open(path) ?? throw new IOException($"The working directory {path} is not there. Make it before the launch.");
        if ((ProtectedPlaces.WhyNot(place, occupied) ?? RepositoryLook.WhyNot(path, options.AllowRepositoryRoots)) is { } why)
        {
            throw new IOException($"{why} Or launch with WorkDirectory = Keep.");
        }

        Dictionary<string, string> details = new(OwnedDirectory.Describe(place));
        string name = path;
        if (policy == WorkDirectoryPolicy.Archive)
        {
            string archive = WorkDirectoryArchive.PlaceFor(run, options.ArchiveDirectory, path);
            details[ArchiveKey] = archive;
            name = $"{path} -> {archive}";
        }

        return new ProvidedResources { Resources = [new RunResource { Cleaner = Name, Name = name, Details = details }] };
    }

    private bool Free(RunResource resource, CleanupContext context, IReadOnlyList<OccupiedPlace> occupied, CancellationToken stop)
    {
        using PinnedDirectory? place = OwnedDirectory.Open(resource);
        if (place is null)
        {
            return true;
        }

        if (ProtectedPlaces.WhyNot(place, occupied) is { } why)
        {
            throw new IOException("It is not deleted: " + why);
        }

        Func<WalkedDirectory, byte[], string?>? keep = null;
        if (resource.Details.TryGetValue(ArchiveKey, out string? path))
        {
            WorkDirectoryArchive archive = new(path, context.Run, timeProvider);
            keep = new ChangedSince(archive.Ensure(place, context.Tell, stop)).WhyToKeep;
        }

        OwnedDirectory.Remove(place, context.Tell, timeProvider, keep, stop);
        return true;
    }
}
