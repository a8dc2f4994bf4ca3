using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle.Cli.Leaks;

/// <summary>Every store that this machine knows of: named, announced, the user's own, and those that run directories name.</summary>
internal sealed class KnownStores : IAsyncDisposable
{
    private const string Memory = "memory";

    // A store may hold a million finished rows; whoever asks for a leftover of an older one names the run.
    private const int MostPages = 40;

    private readonly List<KnownStore> _stores = [];

    // Stores of which somebody says that they will not come back.
    private readonly HashSet<string> _gone;

    private KnownStores(IEnumerable<string> gone) => _gone = [.. gone.Select(Path.GetFullPath)];

    public IReadOnlyList<KnownStore> All => _stores;

    /// <summary>One that could not be opened, and so may know any run; null when there is none.</summary>
    public string? Closed => _stores.FirstOrDefault(store => store.Session is null)?.Location;

    public static async Task<KnownStores> OpenAsync(CliContext context, string? option, IEnumerable<string> named, IEnumerable<string> gone, CancellationToken cancellationToken)
    {
        KnownStores stores = new(gone);
        try
        {
            foreach (string file in Files(context, option, named))
            {
                stores._stores.Add(await OpenAsync(context, file, cancellationToken).ConfigureAwait(false));
            }
        }
        catch
        {
            await stores.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        stores._stores.AddRange(context.Stores.OutOfReach().Select(store => new KnownStore(
            store.Announcement.Location, null, $"{store.Announcement.Owner} announces it; {StoreAccess.CommandOfOwner(store, "leaks")}")));
        return stores;
    }

    public StoreSight Sight(string? location) =>
        location is null ? StoreSight.NotSaid
        : location == Memory ? StoreSight.Gone
        : !Path.IsPathFullyQualified(location) ? StoreSight.Closed
        : _stores.Any(store => store.Session is not null && store.Location == Path.GetFullPath(location)) ? StoreSight.Opened
        : !IsGone(location) ? StoreSight.Closed
        : _gone.Contains(Path.GetFullPath(location)) ? StoreSight.Gone : StoreSight.Missing;

    /// <summary>The run's row, brought up to date where its host died; a row of the same id with another internal id is another run's.</summary>
    public async Task<KnownRow?> FindAsync(RunId run, string? internalId, CancellationToken cancellationToken)
    {
        KnownRow? found = null;
        foreach (KnownStore store in _stores)
        {
            if (store.Session is { } session && await FindAsync(session, run, cancellationToken).ConfigureAwait(false) is { } row && (internalId is null || row.InternalId == internalId))
            {
                found = Prefer(found, new KnownRow(row, store));
            }
        }

        return found;
    }

    /// <summary>The rows of those internal ids, among the newest runs of each store.</summary>
    public async Task<IReadOnlyDictionary<string, KnownRow>> FindAsync(IReadOnlySet<string> internalIds, CancellationToken cancellationToken)
    {
        Dictionary<string, KnownRow> found = new(StringComparer.Ordinal);
        foreach (KnownStore store in _stores.Where(store => store.Session is not null))
        {
            string? cursor = null;
            HashSet<string> here = new(StringComparer.Ordinal);
            for (int page = 0; page < MostPages && here.Count < internalIds.Count; page++)
            {
                RunPage runs = await store.Session!.Store.SearchRunsAsync(new RunQuery { IncludeFinished = true, Cursor = cursor }, cancellationToken).ConfigureAwait(false);
                foreach (RunRecord run in runs.Runs.Where(run => internalIds.Contains(run.InternalId)))
                {
                    found[run.InternalId] = Prefer(found.GetValueOrDefault(run.InternalId), new KnownRow(run, store));
                    here.Add(run.InternalId);
                }

                if ((cursor = runs.Next) is null)
                {
                    break;
                }
            }
        }

        return found;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (KnownStore store in _stores.Where(store => store.Session is not null))
        {
            await store.Session!.DisposeAsync().ConfigureAwait(false);
        }
    }

    // A store may be a copy of another, of a time when the run was over or was not yet: what says that it lives counts.
    private static KnownRow Prefer(KnownRow? one, KnownRow other) => one is null || (one.Run.State.IsFinal && !other.Run.State.IsFinal) ? other : one;

    private static async Task<RunRecord?> FindAsync(IWorkflowSession session, RunId run, CancellationToken cancellationToken)
    {
        try
        {
            return await session.Registry.FindAsync(run, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreUnavailableException)
        {
            // Looking must not depend on writing: as it is recorded, then.
            return await session.Store.FindRunAsync(run, cancellationToken).ConfigureAwait(false);
        }
    }

    private static IEnumerable<string> Files(CliContext context, string? option, IEnumerable<string> named)
    {
        IEnumerable<string?> chosen = [option, context.Environment(StoreResolver.Variable), context.Stores.DefaultFile()];

        // What a run directory names is opened only where nobody but this user or root could have laid it out.
        IEnumerable<string> trusted = named.Where(file => Path.IsPathFullyQualified(file) && Path.GetDirectoryName(file) is { } directory && RuntimeDirectories.IsTrusted(directory));
        return chosen.OfType<string>().Where(file => file.Length > 0).Concat(context.Stores.Usable()).Concat(trusted)
            .Select(Path.GetFullPath).Where(file => !IsGone(file)).Distinct(StringComparer.Ordinal);
    }

    private static async Task<KnownStore> OpenAsync(CliContext context, string file, CancellationToken cancellationToken)
    {
        try
        {
            return new KnownStore(file, await context.Sessions.OpenAsync(new StoreChoice(file, StoreSource.Option), StoreUse.Look, cancellationToken).ConfigureAwait(false), null);
        }
        catch (WorkflowLifecycleException problem)
        {
            return new KnownStore(file, null, problem.Message);
        }
    }

    // A file that can't be seen may still be there: only its directory can say that it is not.
    private static bool IsGone(string file)
    {
        if (Path.Exists(file))
        {
            return false;
        }

        try
        {
            return Path.GetDirectoryName(file) is { } directory && !Directory.EnumerateFileSystemEntries(directory, Path.GetFileName(file)).Any();
        }
        catch (DirectoryNotFoundException)
        {
            return true;
        }
        catch (Exception expected) when (expected is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
