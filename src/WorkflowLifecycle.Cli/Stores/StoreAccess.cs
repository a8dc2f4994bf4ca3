namespace WorkflowLifecycle.Cli.Stores;

/// <summary>Whether this user may use an announced store.</summary>
internal static class StoreAccess
{
    public static bool IsUsable(AnnouncedStore store) =>
        store.IsTrusted && store.Announcement.Kind == AnnouncedStores.FileKind && CanOpen(store.Announcement.Location);

    /// <summary>The command of the user who may.</summary>
    public static string CommandOfOwner(AnnouncedStore store, string verb) =>
        "sudo -u " + ShellQuote.Word(store.Announcement.Owner) + " " + CommandText.Of(verb, "--store", store.Announcement.Location);

    private static bool CanOpen(string file)
    {
        try
        {
            using FileStream probe = new(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            return true;
        }
        catch (Exception expected) when (expected is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return false;
        }
    }
}
