using System.Text.Json;

namespace WorkflowLifecycle;

/// <summary>Finds the stores that hosts on this machine announce.</summary>
public static class AnnouncedStores
{
    /// <summary>Kind of a store that is one file.</summary>
    public const string FileKind = "file";

    /// <summary>Kind of a store that is reached over a connection.</summary>
    public const string ServerKind = "server";

    internal const string FileSuffix = ".json";
    internal const string LockSuffix = ".lock";

    private const int MaximumBytes = 16 * 1024;

    /// <summary>The announcements of live processes that this process may read, in the order of their time.</summary>
    /// <param name="runtimeDirectory">As in <see cref="WorkflowLifecycleOptions.RuntimeDirectory"/>; null for the machine's and the users'.</param>
    public static IReadOnlyList<AnnouncedStore> Find(string? runtimeDirectory = null) =>
        [.. AnnouncementDirectories.ToRead(runtimeDirectory)
            .SelectMany(directory => Files(directory.Path)
                .Where(IsAlive)
                .Select(Read)
                .OfType<StoreAnnouncement>()
                .Select(announcement => new AnnouncedStore(announcement, directory.IsTrusted)))
            .OrderBy(store => store.Announcement.At)];

    internal static void RemoveStale(string directory)
    {
        foreach (string file in Files(directory).Where(file => !IsAlive(file)))
        {
            File.Delete(file);
            File.Delete(Path.ChangeExtension(file, LockSuffix));
        }
    }

    private static string[] Files(string directory)
    {
        try
        {
            return Directory.GetFiles(directory, "*" + FileSuffix);
        }
        catch (Exception expected) when (expected is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    // The announcing process holds its lock exclusively; a shared one is asked for here, so that two readers never mistake each
    // other for the announcer.
    private static bool IsAlive(string file)
    {
        string lockFile = Path.ChangeExtension(file, LockSuffix);
        if (!IsOrdinary(lockFile))
        {
            return false;
        }

        try
        {
            using FileStream probe = new(lockFile, FileMode.Open, FileAccess.Read, FileShare.Read);
            return false;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    // A directory may be somebody else's, and opening what lies there may hang (a FIFO) or lead elsewhere (a link). Neither has a length.
    private static bool IsOrdinary(string file)
    {
        FileInfo info = new(file);
        return info.Exists && info.LinkTarget is null && info.Length is > 0 and <= MaximumBytes;
    }

    private static StoreAnnouncement? Read(string file)
    {
        if (!IsOrdinary(file))
        {
            return null;
        }

        try
        {
            using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return JsonSerializer.Deserialize(stream, AnnouncementJsonContext.Default.StoreAnnouncement);
        }
        catch (Exception expected) when (expected is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }
}
