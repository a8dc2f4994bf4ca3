using System.Formats.Tar;
using System.Globalization;
using System.Runtime.Versioning;
using System.Text;
using WorkflowLifecycle.Processes.Linux.Deleting;
using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.Files;

/// <summary>Writes a tree into an archive, all of it or not at all. Links are written as links; a socket, which holds nothing, is left out.</summary>
[SupportedOSPlatform("linux")]
internal sealed class TreeArchiver : ITreeVisitor
{
    private const int LongestPath = 16_384;
    private const uint OwnersReading = 0x140;

    // A tree that changes under the walk is not archived in parts, and twice in others.
    private static readonly WalkLimits _limits = new() { Restarts = 0, FilesFirst = false };

    private static readonly TimeSpan _tellInterval = TimeSpan.FromMilliseconds(500);
    private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly TarWriter _tar;
    private readonly Action<string> _tell;
    private readonly TimeProvider _timeProvider;
    private readonly CancellationToken _stop;
    private readonly Stack<string> _paths = new([string.Empty]);
    private long _toldAt;

    private TreeArchiver(TarWriter tar, Action<string> tell, TimeProvider timeProvider, CancellationToken stop)
    {
        _tar = tar;
        _tell = tell;
        _timeProvider = timeProvider;
        _stop = stop;
        _toldAt = timeProvider.GetTimestamp();
    }

    /// <summary>How many entries were written.</summary>
    public long Count { get; private set; }

    /// <summary>Writes what is below a directory.</summary>
    /// <exception cref="IOException">Something of it cannot be archived; the message says what.</exception>
    public static long Write(PinnedDirectory place, TarWriter tar, Action<string> tell, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        TreeArchiver archiver = new(tar, tell, timeProvider, cancellationToken);
        string? why = new TreeWalk(archiver, _limits).Run(place, cancellationToken);
        return why is null ? archiver.Count : throw new IOException($"{place.Path} {why}");
    }

    public EntryVerdict Visit(WalkedDirectory directory, ReadOnlySpan<byte> name)
    {
        int errno = EntryFacts.Read(directory.Descriptor, name, out EntryFacts facts);
        if (errno == Errno.ENOENT)
        {
            return EntryVerdict.Done;
        }

        if (errno != 0)
        {
            throw Refuse(directory, name, "cannot be looked at: " + Errno.Describe(errno));
        }

        if (facts.IsDirectory)
        {
            return EntryVerdict.IsDirectory;
        }

        if (!facts.IsSocket)
        {
            Write(directory, name, facts);
        }

        return EntryVerdict.Done;
    }

    public void Entered(WalkedDirectory directory)
    {
        string path = PathOf(directory.Parent!, directory.Name);
        _paths.Push(path + "/");
        Add(new PaxTarEntry(TarEntryType.Directory, path + "/"), directory.Facts);
    }

    public bool Left(WalkedDirectory directory)
    {
        _paths.Pop();
        return false;
    }

    public bool Unlock(WalkedDirectory directory) =>
        directory.Parent is not null
        && EntryFacts.Read(directory.Descriptor, out EntryFacts facts) == 0
        && facts.OwnerId == Libc.EffectiveUserId()
        && (facts.Permissions & OwnersReading) != OwnersReading
        && DirectoryCalls.ChangeMode(directory.Descriptor, facts.Permissions | OwnersReading) == 0;

    public void Skipped(WalkedDirectory directory, ReadOnlySpan<byte> name, string why) => throw Refuse(directory, name, why);

    private void Write(WalkedDirectory directory, ReadOnlySpan<byte> name, in EntryFacts facts)
    {
        string path = PathOf(directory, name);
        if (facts.IsRegularFile)
        {
            WriteFile(directory, name, path);
            return;
        }

        PaxTarEntry entry = new(facts.IsSymbolicLink ? TarEntryType.SymbolicLink : facts.IsFifo ? TarEntryType.Fifo : facts.IsBlockDevice ? TarEntryType.BlockDevice : TarEntryType.CharacterDevice, path);
        if (facts.IsSymbolicLink)
        {
            byte[] target = DirectoryCalls.ReadLink(directory.Descriptor, name);
            entry.LinkName = target.Length > 0 ? Text(directory, name, target) : throw Refuse(directory, name, "is a symbolic link that cannot be read");
        }
        else if (!facts.IsFifo)
        {
            entry.DeviceMajor = (int)facts.DeviceMajor;
            entry.DeviceMinor = (int)facts.DeviceMinor;
        }

        Add(entry, facts);
    }

    private void WriteFile(WalkedDirectory directory, ReadOnlySpan<byte> name, string path)
    {
        int errno;
        FileDescriptor opened;
        do
        {
            opened = DirectoryCalls.Open(directory.Descriptor, name, Libc.OpenReadOnly | Libc.OpenNoFollow | Libc.OpenNonBlocking, out errno);
        }
        while (DescriptorReserve.Release(errno));

        using FileDescriptor file = opened;
        EntryFacts facts = default;
        errno = errno == 0 ? EntryFacts.Read(file, out facts) : errno;
        if (errno != 0)
        {
            throw Refuse(directory, name, "cannot be read: " + Errno.Describe(errno));
        }

        // A file can be a mount point as well as a directory.
        if (!facts.IsRegularFile || facts.MountId != directory.Facts.MountId)
        {
            throw Refuse(directory, name, facts.IsRegularFile ? ChildDirectory.MountPoint : "is something else than it was");
        }

        using FileBody body = new(file, facts.Size, _stop);
        Add(new PaxTarEntry(TarEntryType.RegularFile, path) { DataStream = body }, facts);
    }

    private void Add(PaxTarEntry entry, in EntryFacts facts)
    {
        entry.Mode = (UnixFileMode)facts.Permissions;
        entry.Uid = (int)Math.Min(facts.OwnerId, int.MaxValue);
        entry.Gid = (int)Math.Min(facts.GroupId, int.MaxValue);
        entry.ModificationTime = DateTimeOffset.UnixEpoch.AddTicks(Math.Max(0, facts.ModifiedAt / 100));
        _tar.WriteEntry(entry);
        Count++;
        if (_timeProvider.GetElapsedTime(_toldAt) >= _tellInterval)
        {
            _toldAt = _timeProvider.GetTimestamp();
            _tell(string.Create(CultureInfo.InvariantCulture, $"{Count} entries archived"));
        }
    }

    private string PathOf(WalkedDirectory directory, ReadOnlySpan<byte> name)
    {
        string path = _paths.Peek() + Text(directory, name, name[..^1]);
        return path.Length <= LongestPath ? path : throw Refuse(directory, name, "lies too deep for an archive");
    }

    private static string Text(WalkedDirectory directory, ReadOnlySpan<byte> name, ReadOnlySpan<byte> bytes)
    {
        try
        {
            return _strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw Refuse(directory, name, "has a name, or leads to one, that is not UTF-8, as an archive wants it");
        }
    }

    private static IOException Refuse(WalkedDirectory directory, ReadOnlySpan<byte> name, string why) => new($"{RemainingPaths.PathOf(directory, name)} {why}");
}
