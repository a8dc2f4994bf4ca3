namespace WorkflowLifecycle.Cli.Stores;

/// <summary>Which store: --store, else WORKFLOW_LIFECYCLE_STORE, else what hosts announce, else the user's own.</summary>
internal sealed class StoreResolver(Func<string, string?> environment, Func<IReadOnlyList<AnnouncedStore>> announced)
{
    public const string Variable = "WORKFLOW_LIFECYCLE_STORE";

    /// <summary>The store to launch into; it is created when it is missing.</summary>
    /// <exception cref="CliException">Several are announced, or none is named where a name was begun.</exception>
    public StoreChoice ForLaunching(string? option) => Choose(option);

    /// <summary>The store to read and kill in; null when it is the user's own and there is none yet, which is an empty one.</summary>
    /// <exception cref="CliException">As above.</exception>
    /// <exception cref="StoreUnavailableException">The store that was named is missing: creating an empty one would hide the mistake.</exception>
    public StoreChoice? ForReading(string? option)
    {
        StoreChoice choice = Choose(option);
        if (Path.Exists(choice.File))
        {
            return choice;
        }

        return choice.Source == StoreSource.Default
            ? null
            : throw new StoreUnavailableException(
                $"There is no store at {choice.File} ({Explain(choice.Source)}). Check the path; 'workflowctl doctor' lists the stores of this machine.");
    }

    /// <summary>The store of a run by what its directory says; what is named on the command line counts more.</summary>
    public StoreChoice OfRun(string? option, string own) => option is not null || environment(Variable) is { Length: > 0 } ? Choose(option) : new(own, StoreSource.Announcement);

    /// <summary>The user's own store.</summary>
    public string DefaultFile()
    {
        string? state = environment("XDG_STATE_HOME");
        string root = !string.IsNullOrEmpty(state) && Path.IsPathFullyQualified(state)
            ? state
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state");
        return Path.Combine(root, "workflow-lifecycle", "workflows.db");
    }

    /// <summary>Stores that hosts announce and this user may open, each once.</summary>
    public IReadOnlyList<string> Usable() =>
        [.. announced().Where(StoreAccess.IsUsable).Select(store => Path.GetFullPath(store.Announcement.Location)).Distinct(StringComparer.Ordinal)];

    /// <summary>Stores that hosts announce and this user may not open, or should not follow.</summary>
    public IReadOnlyList<AnnouncedStore> OutOfReach() =>
        [.. announced().Where(store => !StoreAccess.IsUsable(store)).DistinctBy(store => (store.Announcement.Location, store.Announcement.Owner))];

    private StoreChoice Choose(string? option)
    {
        if (option is not null)
        {
            return option.Length > 0
                ? new(Path.GetFullPath(option), StoreSource.Option)
                : throw CliException.Usage("--store needs a file.", "Name it: workflowctl ps --store FILE");
        }

        if (environment(Variable) is { Length: > 0 } named)
        {
            return new(Path.GetFullPath(named), StoreSource.Environment);
        }

        IReadOnlyList<string> usable = Usable();
        return usable.Count switch
        {
            0 => new(DefaultFile(), StoreSource.Default),
            1 => new(usable[0], StoreSource.Announcement),
            _ => throw CliException.Usage(
                $"{usable.Count} stores are announced on this machine: {string.Join(", ", usable)}. Say which one.",
                $"Choose one: {CommandText.Of("ps", "--store", usable[0])}"),
        };
    }

    private static string Explain(StoreSource source) => source switch
    {
        StoreSource.Option => "named by --store",
        StoreSource.Environment => "named by " + Variable,
        _ => "announced by a host",
    };
}
