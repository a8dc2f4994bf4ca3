using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Deleting;

/// <summary>
/// Walks a tree from the leaves up, by descriptors alone. However deep it is, few directories are open at a time, no path is ever put together for the
/// kernel, and nothing recurses; memory grows by one small object per level.
/// </summary>
internal sealed class TreeWalk(ITreeVisitor visitor, WalkLimits limits)
{
    // The place above the base and the base itself stay open.
    private const int Pinned = 2;
    private const int MostChanges = 64;

    private readonly List<WalkedDirectory> _levels = [];
    private readonly Stack<DirectoryEntries> _spare = new();
    private readonly InodeBatch _batch = new();
    private int _firstOpen = Pinned;
    private int _restarts;

    /// <summary>Walks the base, which must be the one that is pinned, and leaves it by <see cref="ITreeVisitor.Left"/>.</summary>
    /// <returns>Why the base could not be entered; null when it was.</returns>
    /// <exception cref="TreeMovedException">Somebody keeps moving directories about.</exception>
    public string? Run(PinnedDirectory place, CancellationToken cancellationToken)
    {
        WalkedDirectory above = new(null, [0], place.Parent, place.ParentFacts);
        try
        {
            _levels.Add(above);
            if (!TryEnter(above, place.Name.ToArray(), out string? why))
            {
                return why ?? "is no directory any more";
            }

            if (!_levels[^1].Is(place.Facts))
            {
                return "is another directory by now";
            }

            Walk(cancellationToken);
            return null;
        }
        finally
        {
            // The one above is the caller's.
            for (int i = 1; i < _levels.Count; i++)
            {
                _levels[i].Close(_spare);
            }

            _levels.Clear();
        }
    }

    private void Walk(CancellationToken cancellationToken)
    {
        while (_levels.Count > 1)
        {
            cancellationToken.ThrowIfCancellationRequested();
            WalkedDirectory current = _levels[^1];
            int errno;
            if (limits.FilesFirst && !current.IsPastFiles)
            {
                errno = TakeFiles(current, cancellationToken);
                if (errno == 0 && current.IsPastFiles)
                {
                    continue;
                }
            }
            else if (current.ReadNext(_spare, out errno) is { } entry)
            {
                // A file that is still there was said to stay, or is new, and then the directory is not empty in the end.
                if (!limits.FilesFirst || MayBeDirectory(entry))
                {
                    Take(current, entry);
                }

                continue;
            }

            if (errno is not (0 or Errno.ENOENT))
            {
                visitor.Skipped(current, "\0"u8, "cannot be read: " + Errno.Describe(errno));
            }

            Leave(current);
        }
    }

    private static bool MayBeDirectory(DirectoryEntries entry) => entry.Kind is DirectoryEntries.DirectoryKind or DirectoryEntries.UnknownKind;

    /// <summary>Visits what is no directory, a batch at a time: nothing is entered meanwhile, so that one batch serves the whole walk.</summary>
    /// <returns>0, or the errno with which the directory could not be read to its end.</returns>
    private int TakeFiles(WalkedDirectory directory, CancellationToken cancellationToken)
    {
        bool hasOthers = false;
        int errno;
        _batch.Clear();
        while (directory.ReadNext(_spare, out errno) is { } entry)
        {
            if (MayBeDirectory(entry))
            {
                hasOthers = true;
                continue;
            }

            if (!_batch.HasRoomFor(entry.Name))
            {
                hasOthers |= VisitBatch(directory, cancellationToken);
            }

            _batch.Add(entry.Inode, entry.Name);
        }

        hasOthers |= VisitBatch(directory, cancellationToken);
        if (errno == 0 && hasOthers)
        {
            directory.Rewind();
            directory.IsPastFiles = true;
        }

        return errno;
    }

    // True when something stays, or is a directory by now.
    private bool VisitBatch(WalkedDirectory directory, CancellationToken cancellationToken)
    {
        bool hasOthers = false;
        _batch.Sort();
        for (int i = 0; i < _batch.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            hasOthers |= visitor.Visit(directory, _batch[i]) != EntryVerdict.Done;
        }

        _batch.Clear();
        return hasOthers;
    }

    private void Take(WalkedDirectory directory, DirectoryEntries entry)
    {
        bool isDirectory = entry.Kind == DirectoryEntries.DirectoryKind;
        for (int change = 0; change < MostChanges; change++)
        {
            if (!isDirectory)
            {
                EntryVerdict verdict = visitor.Visit(directory, entry.Name);
                if (verdict == EntryVerdict.Done)
                {
                    return;
                }

                isDirectory = verdict == EntryVerdict.IsDirectory;
                continue;
            }

            if (TryEnter(directory, entry.Name.ToArray(), out string? why))
            {
                visitor.Entered(_levels[^1]);
                return;
            }

            if (why is not null)
            {
                visitor.Skipped(directory, entry.Name, why);
                return;
            }

            isDirectory = false;
        }

        visitor.Skipped(directory, entry.Name, "keeps changing between a directory and something else");
    }

    /// <summary>Opens a directory as the new last level. False without a reason when it is none.</summary>
    private bool TryEnter(WalkedDirectory parent, byte[] name, out string? why)
    {
        if (_levels.Count - _firstOpen >= limits.OpenDirectories)
        {
            CloseOne();
        }

        for (int unlocked = 0; ; unlocked++)
        {
            EntryFacts facts;
            int errno;
            FileDescriptor? child;
            do
            {
                child = ChildDirectory.Open(parent.Facts, parent.Descriptor, name, limits.WithKernelChecks, out facts, out errno, out why);
            }
            while (child is null && errno is Errno.EMFILE or Errno.ENFILE && (CloseOne() || DescriptorReserve.Release(errno)));

            if (child is not null)
            {
                _levels.Add(new WalkedDirectory(parent, name, child, facts));
                return true;
            }

            // One that is gone by now is dealt with as a file that is: the visitor finds nothing.
            if (why is not null || errno is Errno.ENOTDIR or Errno.ELOOP or Errno.ENOENT)
            {
                return false;
            }

            if (errno != Errno.EACCES || unlocked == 2 || !(Unlock(parent, name) || visitor.Unlock(parent)))
            {
                why = "cannot be opened: " + Errno.Describe(errno);
                return false;
            }
        }
    }

    private bool Unlock(WalkedDirectory parent, byte[] name)
    {
        using FileDescriptor? pinned = ChildDirectory.Pin(parent.Facts, parent.Descriptor, name, limits.WithKernelChecks, out EntryFacts facts, out _, out _);
        return pinned is not null && visitor.Unlock(new WalkedDirectory(parent, name, pinned, facts));
    }

    private void Leave(WalkedDirectory directory)
    {
        if (_levels.Count - 2 < _firstOpen && _levels.Count - 2 >= Pinned && !Reopen(directory))
        {
            Restart();
            return;
        }

        if (visitor.Left(directory))
        {
            directory.Passes++;
            directory.Begin();
            return;
        }

        _levels.RemoveAt(_levels.Count - 1);
        directory.Close(_spare);
    }

    /// <summary>Opens the directory above, which was closed on the way down. False when that is another one by now.</summary>
    private bool Reopen(WalkedDirectory directory)
    {
        WalkedDirectory parent = directory.Parent!;
        FileDescriptor above;
        int errno;
        do
        {
            above = DirectoryCalls.Open(directory.Descriptor, "..\0"u8, Libc.OpenReadOnly | Libc.OpenDirectory | Libc.OpenNoFollow, out errno);
        }
        while (DescriptorReserve.Release(errno));

        // Whoever moved the directory meanwhile moved its ".." with it: nothing is removed there.
        if (errno == 0 && EntryFacts.Read(above, out EntryFacts facts) == 0 && parent.Is(facts))
        {
            parent.Reopen(above);
            _firstOpen = _levels.Count - 2;
            return true;
        }

        above.Dispose();
        return false;
    }

    private void Restart()
    {
        if (++_restarts > limits.Restarts)
        {
            throw new TreeMovedException();
        }

        for (int i = _levels.Count - 1; i > 1; i--)
        {
            _levels[i].Close(_spare);
            _levels.RemoveAt(i);
        }

        _firstOpen = Pinned;
        _levels[1].Begin();
    }

    /// <summary>Closes the topmost directory that may be closed; the one that is worked in stays open.</summary>
    private bool CloseOne()
    {
        if (_firstOpen >= _levels.Count - 1)
        {
            return false;
        }

        _levels[_firstOpen++].Close(_spare);
        return true;
    }
}
