using System.Globalization;
using System.Text.Json;

namespace WorkflowLifecycle;

/// <summary>
/// Announces a store for as long as this process lives or until disposed. The announcement is a small file beside a lock that
/// this process holds: the kernel frees the lock with the process, so that a stale file is told from a live one without looking
/// at any process id.
/// </summary>
public sealed class StoreAnnouncer : IDisposable
{
    private readonly string _file;
    private readonly string _lockFile;
    private readonly FileStream _lock;

    private StoreAnnouncer(string file, string lockFile, FileStream heldLock)
    {
        _file = file;
        _lockFile = lockFile;
        _lock = heldLock;
    }

    /// <summary>Announces a store.</summary>
    /// <param name="location">Where the data lies; for a file, its absolute path. No secrets.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="runtimeDirectory"><see cref="WorkflowLifecycleOptions.RuntimeDirectory"/>; null for the machine's, or the user's.</param>
    /// <param name="problem">Why nothing is announced; null when it is. Being found is a convenience: no host fails over it.</param>
    /// <returns>Dispose it when the host stops; null when nothing is announced.</returns>
    public static StoreAnnouncer? TryAnnounce(string location, TimeProvider timeProvider, string? runtimeDirectory, out string? problem)
    {
        ArgumentException.ThrowIfNullOrEmpty(location);
        ArgumentNullException.ThrowIfNull(timeProvider);
        try
        {
            string directory = AnnouncementDirectories.Prepare(runtimeDirectory);
            AnnouncedStores.RemoveStale(directory);
            problem = null;
            return Announce(directory, Describe(location, timeProvider));
        }
        catch (Exception expected) when (expected is IOException or UnauthorizedAccessException or LaunchFailedException)
        {
            problem = expected.Message;
            return null;
        }
    }

    /// <summary>Takes the announcement back.</summary>
    public void Dispose()
    {
        try
        {
            File.Delete(_file);
            File.Delete(_lockFile);
        }
        catch (Exception expected) when (expected is IOException or UnauthorizedAccessException)
        {
            // The directory was taken away or locked down meanwhile. The lock ends below, and with it the announcement.
            System.Diagnostics.Debug.WriteLine(expected.Message);
        }

        _lock.Dispose();
    }

    private static StoreAnnouncer Announce(string directory, StoreAnnouncement announcement)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"{announcement.ProcessId}-{Guid.NewGuid():N}");
        string file = Path.Combine(directory, name + AnnouncedStores.FileSuffix);
        string lockFile = Path.Combine(directory, name + AnnouncedStores.LockSuffix);

        // The lock comes first and the file appears whole, by a rename: a reader never meets half an announcement, nor one without its lock.
        FileStream heldLock = new(lockFile, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        try
        {
            heldLock.Write("held\n"u8);
            heldLock.Flush();
            string draft = file + ".new";
            File.WriteAllBytes(draft, JsonSerializer.SerializeToUtf8Bytes(announcement, AnnouncementJsonContext.Default.StoreAnnouncement));
            File.Move(draft, file);
            return new StoreAnnouncer(file, lockFile, heldLock);
        }
        catch
        {
            heldLock.Dispose();
            throw;
        }
    }

    private static StoreAnnouncement Describe(string location, TimeProvider timeProvider) => new()
    {
        Location = location,
        Kind = Path.IsPathFullyQualified(location) ? AnnouncedStores.FileKind : AnnouncedStores.ServerKind,
        Owner = Environment.UserName,
        ProcessId = Environment.ProcessId,
        At = timeProvider.GetUtcNow(),
    };
}
