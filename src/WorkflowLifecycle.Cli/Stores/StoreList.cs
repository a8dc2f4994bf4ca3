using WorkflowLifecycle.Cli.Json;

namespace WorkflowLifecycle.Cli.Stores;

/// <summary>The stores that this machine knows, for the doctor. Called with no store open: see <see cref="StoreAccess"/>.</summary>
internal static class StoreList
{
    public static IReadOnlyList<StoreEntry> Of(StoreResolver stores, string? option)
    {
        IReadOnlyList<string> usable = stores.Usable();
        StoreChoice? chosen = Chosen(stores, option);
        List<StoreEntry> entries = [];
        if (chosen is not null && chosen.Source is StoreSource.Option or StoreSource.Environment)
        {
            entries.Add(Entry(chosen.File, chosen.Source, isChosen: true));
        }

        entries.AddRange(usable.Select(file =>
            Entry(file, StoreSource.Announcement, isChosen: chosen is { Source: StoreSource.Announcement })));
        entries.AddRange(stores.OutOfReach().Select(store => new StoreEntry
        {
            Location = store.Announcement.Location,
            Source = StoreSource.Announcement,
            Exists = true,
            IsUsable = false,
            Owner = store.Announcement.Owner,
            Command = StoreAccess.CommandOfOwner(store, "doctor"),
        }));
        entries.Add(Entry(stores.DefaultFile(), StoreSource.Default, isChosen: chosen is { Source: StoreSource.Default }));
        return entries;
    }

    private static StoreChoice? Chosen(StoreResolver stores, string? option)
    {
        try
        {
            return stores.ForLaunching(option);
        }
        catch (CliException)
        {
            // Several are announced and none is chosen: the list says so by marking none.
            return null;
        }
    }

    private static StoreEntry Entry(string file, StoreSource source, bool isChosen) =>
        new() { Location = file, Source = source, Exists = Path.Exists(file), IsChosen = isChosen, IsUsable = true };
}
