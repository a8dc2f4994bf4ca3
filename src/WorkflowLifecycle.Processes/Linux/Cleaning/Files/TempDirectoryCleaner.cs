using System.Runtime.Versioning;
using WorkflowLifecycle.Processes.Linux.Deleting;
using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.Files;

/// <summary>Gives each run a temp directory of its own, and removes it.</summary>
[SupportedOSPlatform("linux")]
internal sealed class TempDirectoryCleaner(TempCleanerOptions options, TimeProvider timeProvider) : IResourceProvider
{
    private const string Usual = "/tmp";

    // Programs differ in which of them they read.
    private static readonly string[] _variables = ["TMPDIR", "TMP", "TEMP"];

    public string Name => CleanerNames.Temp;

    public TimeSpan Ceiling => options.Ceiling;

    public async ValueTask<ProvidedResources> ProvideAsync(ProvisionContext context, CancellationToken cancellationToken = default)
    {
        RunResource resource = await BlockingWork.RunAsync(_ => Make(context.Run), cancellationToken).ConfigureAwait(false);
        return new ProvidedResources { Resources = [resource], Environment = _variables.ToDictionary(name => name, _ => resource.Name) };
    }

    public async ValueTask<IReadOnlyList<RunResource>> DiscoverAsync(CleanupContext context, CancellationToken cancellationToken = default) =>
        await BlockingWork.RunAsync(_ => Find(context), cancellationToken).ConfigureAwait(false);

    public async ValueTask CleanAsync(RunResource resource, CleanupContext context, CancellationToken cancellationToken = default) =>
        await BlockingWork.RunAsync(
            stop =>
            {
                using PinnedDirectory? place = OwnedDirectory.Open(resource);
                if (place is not null)
                {
                    OwnedDirectory.Remove(place, context.Tell, timeProvider, keep: null, stop);
                }

                return true;
            },
            cancellationToken).ConfigureAwait(false);

    public async ValueTask<bool> ExistsAsync(RunResource resource, CleanupContext context, CancellationToken cancellationToken = default) =>
        await BlockingWork.RunAsync(_ => OwnedDirectory.Exists(resource), cancellationToken).ConfigureAwait(false);

    private RunResource Make(RunRecord run)
    {
        string configured = options.Directory ?? HostsOwn();
        string path = Path.Combine(RealPath.Of(configured) ?? throw TempDirectory.Refuse(configured, "is no directory that can be opened"), TempDirectory.NameOf(run));
        TempDirectory.Make(path, configured, options.IsSharedByUsers);
        using PinnedDirectory place = PinnedDirectory.Open(path) ?? throw TempDirectory.Refuse(configured, "loses what is made in it");
        return Describe(place);
    }

    // From the row; and where the host died between making it and writing that down, by the name and the owner, whom nobody can forge.
    private List<RunResource> Find(CleanupContext context)
    {
        List<RunResource> known =
        [
            .. context.Known.Concat(context.Run.Resources).Where(resource => resource.Cleaner == Name && resource.Handling == ResourceHandling.Clean)
                .DistinctBy(resource => resource.Name, StringComparer.Ordinal),
        ];
        if (known.Count > 0)
        {
            return [.. known.Where(OwnedDirectory.Exists)];
        }

        foreach (string directory in ((string?[])[options.Directory, HostsOwn(), Usual]).OfType<string>().Select(RealPath.Of).OfType<string>().Distinct(StringComparer.Ordinal))
        {
            using PinnedDirectory? place = PinnedDirectory.Open(Path.Combine(directory, TempDirectory.NameOf(context.Run)));
            if (place is not null && place.Facts.OwnerId == Libc.EffectiveUserId())
            {
                known.Add(Describe(place));
            }
        }

        return known;
    }

    private RunResource Describe(PinnedDirectory place) => new() { Cleaner = Name, Name = place.Path, Details = OwnedDirectory.Describe(place) };

    private static string HostsOwn() => Environment.GetEnvironmentVariable("TMPDIR") is { Length: > 0 } own && Path.IsPathFullyQualified(own) ? own : Usual;
}
