using System.Runtime.Versioning;
using WorkflowLifecycle.Processes.Linux.Deleting;
using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.Files;

/// <summary>A directory that is a run's, by what a resource says of it.</summary>
[SupportedOSPlatform("linux")]
internal static class OwnedDirectory
{
    private const string PathKey = "path";

    public static IReadOnlyDictionary<string, string> Describe(PinnedDirectory place) =>
        new Dictionary<string, string>(DirectoryIdentity.Of(place.Facts).ToDetails()) { [PathKey] = place.Path };

    /// <summary>Opens it; null when it is gone, or something else has its name.</summary>
    /// <exception cref="IOException">Nobody can tell.</exception>
    public static PinnedDirectory? Open(RunResource resource)
    {
        if (!resource.Details.TryGetValue(PathKey, out string? path) || DirectoryIdentity.FromDetails(resource.Details) is not { } identity)
        {
            throw new IOException($"{resource.Name}: what is on record does not say which directory it is. Look at it, and delete it by hand.");
        }

        PinnedDirectory? place = PinnedDirectory.Open(path);
        try
        {
            if (place is not null && identity.Is(place.Facts))
            {
                return place;
            }

            if (identity.MayBeHidden(place?.Facts ?? FactsAbove(path)))
            {
                throw new IOException($"Whether {path} is gone cannot be told: the file system that it is on is not mounted there now, or covered by another. Mount it.");
            }
        }
        catch
        {
            place?.Dispose();
            throw;
        }

        place?.Dispose();
        return null;
    }

    public static bool Exists(RunResource resource)
    {
        using PinnedDirectory? place = Open(resource);
        return place is not null;
    }

    /// <summary>Removes what is pinned.</summary>
    /// <exception cref="IOException">Something of it stays; the message says what and why.</exception>
    public static void Remove(PinnedDirectory place, Action<string> tell, TimeProvider timeProvider, Func<WalkedDirectory, byte[], string?>? keep, CancellationToken cancellationToken)
    {
        RemovalResult result = TreeRemover.Remove(place, tell, timeProvider, keep: keep, cancellationToken: cancellationToken);
        if (!result.IsGone)
        {
            throw new IOException($"{result.Remaining} {(result.Remaining == 1 ? "entry stays" : "entries stay")}: {result.Why}");
        }
    }

    // The facts of the nearest directory above it that is there.
    private static EntryFacts FactsAbove(string path)
    {
        for (string? above = Path.GetDirectoryName(path); above is not null; above = Path.GetDirectoryName(above))
        {
            using FileDescriptor directory = DescriptorReserve.Open(above, Libc.OpenPathOnly | Libc.OpenDirectory | Libc.OpenCloseOnExec);
            if (!directory.IsInvalid && EntryFacts.Read(directory, out EntryFacts facts) == 0)
            {
                return facts;
            }
        }

        throw new IOException($"{path}: nothing above it can be opened.");
    }
}
