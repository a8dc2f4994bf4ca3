using System.Globalization;
using System.Runtime.Versioning;
using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Deleting;

/// <summary>
/// Removes a directory with all that is in it, and nothing else: no link is followed, no mount point entered, and what was moved out from under it
/// is let go.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class TreeRemover : ITreeVisitor
{
    private const uint OwnersRights = 0x1C0;
    private const int EntriesBetweenLooksAtTheClock = 512;

    private static readonly TimeSpan _tellInterval = TimeSpan.FromMilliseconds(500);

    private readonly Action<string> _tell;
    private readonly TimeProvider _timeProvider;
    private readonly WalkLimits _limits;
    private readonly Func<WalkedDirectory, byte[], string?>? _keep;
    private readonly RemainingPaths _remaining = new();
    private readonly uint _user = Libc.EffectiveUserId();
    private long _toldAt;
    private long _removed;

    private TreeRemover(Action<string> tell, TimeProvider timeProvider, WalkLimits limits, Func<WalkedDirectory, byte[], string?>? keep)
    {
        _tell = tell;
        _timeProvider = timeProvider;
        _limits = limits;
        _keep = keep;
        _toldAt = timeProvider.GetTimestamp();
    }

    /// <summary>Removes what is pinned.</summary>
    /// <param name="place">The directory.</param>
    /// <param name="tell">Told how far it is, twice a second.</param>
    /// <param name="timeProvider">For that.</param>
    /// <param name="limits">Bounds.</param>
    /// <param name="keep">Asked for each entry that is no directory why it has to stay; null for none.</param>
    /// <param name="cancellationToken">Ends it in the middle; what is removed is removed.</param>
    public static RemovalResult Remove(
        PinnedDirectory place,
        Action<string> tell,
        TimeProvider timeProvider,
        WalkLimits? limits = null,
        Func<WalkedDirectory, byte[], string?>? keep = null,
        CancellationToken cancellationToken = default)
    {
        TreeRemover remover = new(tell, timeProvider, limits ?? WalkLimits.Default, keep);
        try
        {
            string? why = new TreeWalk(remover, remover._limits).Run(place, cancellationToken);
            return why is null
                ? new RemovalResult(remover._removed, remover._remaining.Count, remover._remaining.ToString())
                : new RemovalResult(0, 1, $"{place.Path} {why}");
        }
        catch (TreeMovedException moved)
        {
            return new RemovalResult(remover._removed, remover._remaining.Count + 1, $"{place.Path}: {moved.Message} {remover._remaining}".TrimEnd());
        }
    }

    public EntryVerdict Visit(WalkedDirectory directory, ReadOnlySpan<byte> name)
    {
        if (_keep?.Invoke(directory, name.ToArray()) is { } kept)
        {
            _remaining.Add(directory, name, kept);
            return EntryVerdict.Done;
        }

        int errno = DirectoryCalls.Unlink(directory.Descriptor, name, 0);
        if (errno is Errno.EACCES && Unlock(directory))
        {
            errno = DirectoryCalls.Unlink(directory.Descriptor, name, 0);
        }

        switch (errno)
        {
            case 0:
                Count();
                return EntryVerdict.Done;
            case Errno.ENOENT:
                return EntryVerdict.Done;
            case Errno.EISDIR:
                return EntryVerdict.IsDirectory;
            default:
                _remaining.Add(directory, name, WhyNot(directory, name, errno));
                return EntryVerdict.Done;
        }
    }

    public void Entered(WalkedDirectory directory)
    {
        // Nothing is to be done about a directory before it is empty.
    }

    public bool Left(WalkedDirectory directory)
    {
        WalkedDirectory above = directory.Parent!;
        int errno = DirectoryCalls.Unlink(above.Descriptor, directory.Name, DirectoryCalls.RemoveDirectory);
        if (errno is Errno.EACCES && Unlock(above))
        {
            errno = DirectoryCalls.Unlink(above.Descriptor, directory.Name, DirectoryCalls.RemoveDirectory);
        }

        switch (errno)
        {
            case 0:
                Count();
                return false;

            case Errno.ENOENT or Errno.ENOTDIR when above.Parent is null && EntryFacts.Read(directory.Descriptor, out EntryFacts facts) == 0 && facts.Links > 0:
                _remaining.Add(directory, "\0"u8, "was moved away: it is empty where it is now");
                return false;

            // Moved away, or something else has its name: then the one above is not empty, and is read again.
            case Errno.ENOENT or Errno.ENOTDIR:
                return false;
            case Errno.ENOTEMPTY or Errno.EEXIST when directory.HasRemains:
                above.HasRemains = true;
                return false;
            case Errno.ENOTEMPTY or Errno.EEXIST when directory.Passes < _limits.Passes:
                return true;
            case Errno.ENOTEMPTY or Errno.EEXIST:
                _remaining.Add(above, directory.Name, "gets new entries as fast as they are removed");
                return false;
            default:
                _remaining.Add(above, directory.Name, WhyNot(above, directory.Name, errno));
                return false;
        }
    }

    public bool Unlock(WalkedDirectory directory)
    {
        // What the base is in is not ours to change.
        if (directory.WasUnlocked || directory.Parent is null)
        {
            return false;
        }

        directory.WasUnlocked = true;
        return EntryFacts.Read(directory.Descriptor, out EntryFacts facts) == 0
            && facts.OwnerId == _user
            && (facts.Permissions & OwnersRights) != OwnersRights
            && DirectoryCalls.ChangeMode(directory.Descriptor, facts.Permissions | OwnersRights) == 0;
    }

    public void Skipped(WalkedDirectory directory, ReadOnlySpan<byte> name, string why) => _remaining.Add(directory, name, why);

    private static string WhyNot(WalkedDirectory directory, ReadOnlySpan<byte> name, int errno)
    {
        if (errno == Errno.EBUSY)
        {
            return "is a mount point, or in use by the kernel: unmount it, nothing in it was touched";
        }

        if (errno == Errno.EPERM && EntryFacts.Read(directory.Descriptor, name, out EntryFacts facts) == 0)
        {
            EntryFacts.Read(directory.Descriptor, out EntryFacts above);
            if (facts.IsImmutable || facts.IsAppendOnly || above.IsImmutable || above.IsAppendOnly)
            {
                return "is immutable or append-only, or in a directory that is: chattr -ia";
            }
        }

        return "cannot be removed: " + Errno.Describe(errno);
    }

    private void Count()
    {
        if (++_removed % EntriesBetweenLooksAtTheClock == 0 && _timeProvider.GetElapsedTime(_toldAt) >= _tellInterval)
        {
            _toldAt = _timeProvider.GetTimestamp();
            _tell(string.Create(CultureInfo.InvariantCulture, $"{_removed} entries removed"));
        }
    }
}
