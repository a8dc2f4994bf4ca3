using WorkflowLifecycle.Processes.Linux;
using WorkflowLifecycle.Processes.Linux.Spooling;

namespace WorkflowLifecycle.Processes;

/// <summary>
/// Where goes what no store takes and must be on record before a signal: files of fixed size below the runtime root, allocated before they are
/// needed, so that a full file system does not keep an entry out. Thread-safe, and for several processes of one user at once.
/// </summary>
public sealed class EmergencySpool
{
    /// <summary>The most bytes of one entry.</summary>
    public const int MaximumPayload = 8 * 1024 - 88;

    private readonly SpoolDirectory? _directory;

    /// <summary>The spool below a runtime root. Nothing is made.</summary>
    public EmergencySpool(string runtimeRoot)
    {
        ArgumentNullException.ThrowIfNull(runtimeRoot);
        Path = System.IO.Path.Combine(runtimeRoot, "spool");
        _directory = OperatingSystem.IsLinux() ? new SpoolDirectory(runtimeRoot, LinuxPlatform.CurrentUser()) : null;
    }

    /// <summary>The directory of the spool.</summary>
    public string Path { get; }

    /// <summary>Allocates what is not there yet.</summary>
    /// <returns>What stands in the way, in words; null when the spool is ready.</returns>
    public string? Prepare() => _directory is null ? "there is no emergency spool on this platform" : _directory.Prepare();

    /// <summary>Writes an entry; it is on stable storage when this returns. A writer that is stopped in the middle holds nobody up.</summary>
    /// <exception cref="IOException">It could not be written.</exception>
    /// <exception cref="ArgumentException">It is empty or longer than <see cref="MaximumPayload"/>.</exception>
    public void Append(ReadOnlySpan<byte> payload, DateTimeOffset at)
    {
        if (payload.Length is 0 or > MaximumPayload)
        {
            throw new ArgumentException($"An entry has 1 to {MaximumPayload} bytes.", nameof(payload));
        }

        if (_directory is null)
        {
            throw new IOException("There is no emergency spool on this platform.");
        }

        _directory.Append(payload, at);
    }

    /// <summary>What it holds. Does not throw: what cannot be read is told as damaged.</summary>
    public SpoolContent Read() => _directory?.Read() ?? SpoolContent.Empty;

    /// <summary>Takes entries that are on record elsewhere out of it. What cannot be taken out now is found again.</summary>
    public void Settle(IReadOnlyList<SpoolEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        _directory?.Settle(entries);
    }

    /// <summary>Keeps other processes from merging at the same time; the kernel frees it when this one dies.</summary>
    /// <returns>Null when another process merges now, or there is nothing to merge.</returns>
    public IDisposable? TryBeginMerge() => _directory?.TryLockMerge();
}
