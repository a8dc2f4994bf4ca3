using System.Globalization;
using System.Runtime.InteropServices;
using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Spooling;

/// <summary>
/// One file of the spool: places of fixed size, allocated whole. Who writes holds its lock, which belongs to the open file and is freed by the
/// kernel; a lane whose holder is stopped is left to him, and the next one taken.
/// </summary>
internal sealed class SpoolLane(string path)
{
    public const int Slots = 64;

    private const int Length = Slots * SpoolSlot.Size;

    public string Path => path;

    /// <summary>Allocates it.</summary>
    /// <exception cref="IOException">There is no room, or something else has its name.</exception>
    public void Prepare()
    {
        using FileDescriptor file = Libc.Open(path, Libc.OpenReadWrite | Libc.OpenCreate | Libc.OpenNoFollow | Libc.OpenNonBlocking | Libc.OpenCloseOnExec, 0x180);
        ThrowIfInvalid(file);

        // Whoever reserves blocks does not change what is in them: two processes may do it at once.
        int errno;
        do
        {
            errno = Libc.Allocate(file, 0, Length);
        }
        while (errno == Errno.EINTR);
        if (errno != 0)
        {
            throw new IOException($"posix_fallocate {path}: {Errno.Describe(errno)}");
        }
    }

    /// <summary>Writes an entry. False when another process holds the lane, or it is full.</summary>
    /// <exception cref="IOException">The lane cannot be used.</exception>
    public bool TryAppend(ReadOnlySpan<byte> payload, DateTimeOffset at)
    {
        using FileDescriptor file = Open();
        if (!TryLock(file))
        {
            return false;
        }

        LaneChain chain = LaneChain.Read(path, Decode(file));
        if (chain.NextIndex < 0)
        {
            return false;
        }

        Write(file, SpoolSlot.Encode(chain.NextSequence, at, chain.LastHash, payload), (long)chain.NextIndex * SpoolSlot.Size);
        return true;
    }

    /// <summary>Reads it as it is; an entry that is being written may look torn.</summary>
    /// <param name="waitMilliseconds">How long to wait for a writer; it is read all the same then.</param>
    public LaneChain Read(int waitMilliseconds)
    {
        using FileDescriptor file = Open();
        for (int waited = 0; waited < waitMilliseconds && !TryLock(file); waited++)
        {
            SpoolPause.OneMillisecond();
        }

        return LaneChain.Read(path, Decode(file));
    }

    /// <summary>True when an entry was ever written to it.</summary>
    public unsafe bool WasUsed()
    {
        using FileDescriptor file = Open();
        byte* mark = stackalloc byte[SpoolSlot.MarkLength];
        return Libc.ReadAt(file, mark, SpoolSlot.MarkLength, 0) == SpoolSlot.MarkLength && new ReadOnlySpan<byte>(mark, SpoolSlot.MarkLength).ContainsAnyExcept((byte)0);
    }

    /// <summary>Marks entries as settled that are still what they were.</summary>
    public void Settle(IReadOnlyList<SpoolEntry> entries, int waitMilliseconds)
    {
        using FileDescriptor file = Open();
        int waited = 0;
        while (!TryLock(file))
        {
            if (waited++ >= waitMilliseconds)
            {
                return;
            }

            SpoolPause.OneMillisecond();
        }

        SpoolSlot[] slots = Decode(file);
        foreach (SpoolEntry entry in entries)
        {
            if (slots[entry.Slot] is { Kind: SlotKind.Live } slot && Convert.ToHexStringLower(slot.Hash) == entry.Hash)
            {
                Write(file, SpoolSlot.SettledMark, (long)entry.Slot * SpoolSlot.Size);
            }
        }
    }

    public SpoolEntry Describe(SpoolSlot slot) => new()
    {
        File = path,
        Slot = slot.Index,
        Sequence = slot.Sequence,
        At = slot.At,
        Hash = Convert.ToHexStringLower(slot.Hash),
        Payload = slot.Payload,
    };

    private static bool TryLock(FileDescriptor file)
    {
        FileLock request = new() { Type = FileLock.Write };
        return Libc.FcntlLock(file, Libc.FcntlOfdSetLock, ref request) == 0;
    }

    private FileDescriptor Open()
    {
        FileDescriptor file = DescriptorReserve.Open(path, Libc.OpenReadWrite | Libc.OpenNoFollow | Libc.OpenNonBlocking | Libc.OpenCloseOnExec);
        ThrowIfInvalid(file);
        return file;
    }

    private void ThrowIfInvalid(FileDescriptor file)
    {
        if (file.IsInvalid)
        {
            int errno = Marshal.GetLastPInvokeError();
            file.Dispose();
            throw errno == Errno.ENOENT ? new FileNotFoundException($"{path}: {Errno.Describe(errno)}", path) : new IOException($"{path}: {Errno.Describe(errno)}");
        }
    }

    private unsafe SpoolSlot[] Decode(FileDescriptor file)
    {
        byte[] bytes = new byte[Length];
        int read = 0;
        fixed (byte* start = bytes)
        {
            while (read < Length)
            {
                nint count = Libc.ReadAt(file, start + read, (nuint)(Length - read), read);
                if (count == 0)
                {
                    break;
                }

                if (count < 0 && Marshal.GetLastPInvokeError() is var errno and not Errno.EINTR)
                {
                    throw new IOException(string.Create(CultureInfo.InvariantCulture, $"{path}: {Errno.Describe(errno)}"));
                }

                read += (int)Math.Max(count, 0);
            }
        }

        return [.. Enumerable.Range(0, Slots).Select(index => SpoolSlot.Decode(index, bytes.AsSpan(index * SpoolSlot.Size, SpoolSlot.Size)))];
    }

    private unsafe void Write(FileDescriptor file, ReadOnlySpan<byte> bytes, long offset)
    {
        fixed (byte* start = bytes)
        {
            nint written = 0;
            while (written < bytes.Length)
            {
                nint count = Libc.WriteAt(file, start + written, (nuint)(bytes.Length - written), offset + written);
                if (count <= 0 && Marshal.GetLastPInvokeError() is var errno and not Errno.EINTR)
                {
                    throw new IOException($"{path}: {Errno.Describe(errno)}");
                }

                written += Math.Max(count, 0);
            }
        }

        if (Libc.Flush(file) != 0)
        {
            throw new IOException($"fsync {path}: {Errno.Describe(Marshal.GetLastPInvokeError())}");
        }
    }
}
