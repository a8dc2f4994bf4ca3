using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;
using WorkflowLifecycle.Processes.Linux.Deleting;
using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.Files;

/// <summary>
/// The archive of a working directory. It has its name only when it is complete, on stable storage and read back; whatever goes wrong before
/// leaves nothing behind.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class WorkDirectoryArchive(string path, RunRecord run, TimeProvider timeProvider)
{
    private const string BegunKey = "WORKFLOWLIFECYCLE.begun";
    private const string RunKey = "WORKFLOWLIFECYCLE.run";
    private const uint FileMode = 0x180;
    private const int BufferSize = 64 * 1024;

    // The kernel stamps files with a clock that moves in steps, of 10 ms at the most.
    private static readonly TimeSpan _clockStep = TimeSpan.FromMilliseconds(15);

    private readonly string _partPrefix = $".wfl-{run.InternalId}-";

    /// <summary>Where the archive of a run will be.</summary>
    /// <exception cref="IOException">There is no place for it; the message says what to set.</exception>
    public static string PlaceFor(RunRecord run, string? configured, string workDirectory)
    {
        const string setting = "WorkDirectoryCleanerOptions.ArchiveDirectory";
        if (configured is null)
        {
            throw new IOException($"WorkDirectory = Archive needs a place for archives: set {setting}.");
        }

        string directory = RealPath.Of(configured) ?? throw new IOException($"{setting}, {configured}, is no directory that can be opened. Make it.");
        if (PlainPath.Holds(workDirectory, directory))
        {
            throw new IOException($"{setting}, {configured}, is in the working directory {workDirectory}, and would be deleted with it. Set another one.");
        }

        return FileFacts.Of(directory) is { IsWritableByOthers: false }
            ? Path.Combine(directory, $"{run.RunId.Value}-{run.InternalId}.tar.gz")
            : throw new IOException($"{setting}, {configured}, may be written by others, who could put theirs in place of an archive. Take that permission away, or set another one.");
    }

    /// <summary>Makes it, unless a complete one is there from an earlier try.</summary>
    /// <returns>When it was begun: nanoseconds since 1970, by the clock of the machine.</returns>
    /// <exception cref="IOException">It could not be made; nothing was deleted, and no half of it is left.</exception>
    public long Ensure(PinnedDirectory place, Action<string> tell, CancellationToken cancellationToken)
    {
        string above = Path.GetDirectoryName(path)!;
        using FileDescriptor directory = DescriptorReserve.Open(above, Libc.OpenReadOnly | Libc.OpenDirectory | Libc.OpenNoFollow | Libc.OpenCloseOnExec);
        if (directory.IsInvalid)
        {
            throw new IOException($"The directory stays: {above}, where its archive belongs, cannot be opened. Make it, or mount it.");
        }

        byte[] name = Bytes(Path.GetFileName(path));
        if (EntryFacts.Read(directory, name, out _) != Errno.ENOENT)
        {
            return ReadBegun(directory, name);
        }

        RemoveParts(directory);
        byte[] part = Bytes(_partPrefix + Guid.NewGuid().ToString("N"));
        try
        {
            long begun = Write(directory, part, place, tell, cancellationToken);
            Check(DirectoryCalls.Rename(directory, part, name), "rename");

            // Some file systems have nothing to flush for a directory, and say so.
            int errno = Libc.Flush(directory) == 0 ? 0 : System.Runtime.InteropServices.Marshal.GetLastPInvokeError();
            Check(errno == Errno.EINVAL ? 0 : errno, "fsync");
            return begun;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException or ArgumentException)
        {
            throw new IOException($"The directory stays: it could not be archived to {path}: {exception.Message}", exception);
        }
        finally
        {
            _ = DirectoryCalls.Unlink(directory, part, 0);
        }
    }

    private static byte[] Bytes(string name) => [.. Encoding.UTF8.GetBytes(name), 0];

    private static void Check(int errno, string call)
    {
        if (errno != 0)
        {
            throw new IOException($"{call}: {Errno.Describe(errno)}");
        }
    }

    private long Write(FileDescriptor directory, byte[] part, PinnedDirectory place, Action<string> tell, CancellationToken cancellationToken)
    {
        using FileDescriptor made = DirectoryCalls.Open(directory, part, Libc.OpenReadWrite | Libc.OpenCreate | Libc.OpenExclusive | Libc.OpenNoFollow, out int errno, FileMode);
        Check(errno, "open");
        using SafeFileHandle handle = new(made.Number, ownsHandle: false);
        using FileStream file = new(handle, FileAccess.ReadWrite, BufferSize);
        long begun = (timeProvider.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
        cancellationToken.WaitHandle.WaitOne(_clockStep);
        using IncrementalHash written = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long count;
        using (GZipStream zip = new(file, CompressionLevel.Fastest, leaveOpen: true))
        using (TarWriter tar = new(new HashingStream(zip, written), TarEntryFormat.Pax, leaveOpen: false))
        {
            tar.WriteEntry(new PaxGlobalExtendedAttributesTarEntry(new Dictionary<string, string>
            {
                [RunKey] = run.InternalId,
                [BegunKey] = begun.ToString(CultureInfo.InvariantCulture),
            }));
            count = TreeArchiver.Write(place, tar, tell, timeProvider, cancellationToken);
        }

        file.Flush(flushToDisk: true);
        file.Position = 0;
        tell("reading the archive back");
        Verify(file, count, written.GetHashAndReset(), cancellationToken);
        return begun;
    }

    private static void Verify(FileStream file, long count, byte[] written, CancellationToken cancellationToken)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using GZipStream zip = new(file, CompressionMode.Decompress, leaveOpen: true);
        using HashingStream bytes = new(zip, hash);
        using TarReader tar = new(bytes, leaveOpen: true);
        long found = 0;
        while (tar.GetNextEntry() is { } entry)
        {
            cancellationToken.ThrowIfCancellationRequested();
            found += entry is PaxGlobalExtendedAttributesTarEntry ? 0 : 1;
        }

        bytes.CopyTo(Stream.Null);
        if (found != count || !hash.GetHashAndReset().AsSpan().SequenceEqual(written))
        {
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"what was read back is not what was written ({found} of {count} entries)"));
        }
    }

    private long ReadBegun(FileDescriptor directory, byte[] name)
    {
        using FileDescriptor opened = DirectoryCalls.Open(directory, name, Libc.OpenReadOnly | Libc.OpenNoFollow | Libc.OpenNonBlocking, out int errno);
        Check(errno, path);
        using SafeFileHandle handle = new(opened.Number, ownsHandle: false);
        try
        {
            using FileStream file = new(handle, FileAccess.Read, BufferSize);
            using GZipStream zip = new(file, CompressionMode.Decompress);
            using TarReader tar = new(zip);
            if (tar.GetNextEntry() is PaxGlobalExtendedAttributesTarEntry { GlobalExtendedAttributes: var said }
                && said.TryGetValue(RunKey, out string? whose) && whose == run.InternalId
                && said.TryGetValue(BegunKey, out string? begun) && long.TryParse(begun, NumberStyles.None, CultureInfo.InvariantCulture, out long moment))
            {
                return moment;
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException or FormatException)
        {
            throw new IOException($"The directory stays: {path} is there and is no archive of it. Move that away.", exception);
        }

        throw new IOException($"The directory stays: {path} is there and is no archive of this run. Move that away.");
    }

    // Of a process that died over it.
    private void RemoveParts(FileDescriptor directory)
    {
        byte[] prefix = Encoding.UTF8.GetBytes(_partPrefix);
        DirectoryEntries entries = new();
        while (entries.MoveNext(directory, out _))
        {
            if (entries.Name.StartsWith(prefix))
            {
                _ = DirectoryCalls.Unlink(directory, entries.Name, 0);
            }
        }
    }
}
