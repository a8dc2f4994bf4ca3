using System.Runtime.InteropServices;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.RunDirectories;

namespace WorkflowLifecycle.Processes.Linux.Spooling;

/// <summary>The lanes of one user's spool, and beside them files of single entries for when no lane is to be had.</summary>
internal sealed class SpoolDirectory(string root, LocalUser user)
{
    private const string Name = "spool";
    private const string MergeLock = "merge.lock";
    private const string SinglePrefix = "single-";
    private const uint PrivateMode = 0x1C0;

    // Several, so that one whose writer is stopped keeps nobody out, also where the file system has no room for another file.
    private const int Lanes = 4;

    private const int WriteLimitMilliseconds = 100;
    private const int ReadLimitMilliseconds = 100;

    private readonly string _path = Path.Combine(root, Name);
    private readonly SpoolLane[] _lanes = [.. Enumerable.Range(0, Lanes).Select(lane => new SpoolLane(Path.Combine(root, Name, $"{lane}.lane")))];

    public string? Prepare()
    {
        try
        {
            RuntimeRoot.Prepare(root, Name, PrivateMode, user);
            foreach (SpoolLane lane in _lanes)
            {
                lane.Prepare();
            }

            new RunDirectory(_path).Flush();
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or LaunchFailedException)
        {
            return exception.Message;
        }
    }

    public void Append(ReadOnlySpan<byte> payload, DateTimeOffset at)
    {
        // Mostly there since a launch; this process may be the first all the same.
        string? problem = IsReady() ? null : Prepare();
        if (!IsOurs())
        {
            throw new IOException(problem ?? $"{_path} belongs to another user, or others may write in it");
        }

        for (int waited = 0; waited < WriteLimitMilliseconds; waited++)
        {
            bool isBusy = false;
            foreach (SpoolLane lane in _lanes)
            {
                try
                {
                    if (lane.TryAppend(payload, at))
                    {
                        return;
                    }

                    isBusy = true;
                }
                catch (IOException exception)
                {
                    problem = exception.Message;
                }
            }

            if (!isBusy)
            {
                break;
            }

            SpoolPause.OneMillisecond();
        }

        AppendSingle(payload, at, problem ?? "all lanes of the spool are full or held");
    }

    public SpoolContent Read()
    {
        if (!Directory.Exists(_path))
        {
            return SpoolContent.Empty;
        }

        if (!IsOurs())
        {
            return new SpoolContent([], [$"{_path} belongs to another user, or others may write in it: it was not read"]);
        }

        List<SpoolEntry> entries = [];
        List<string> damaged = [];
        foreach (SpoolLane lane in _lanes)
        {
            Read(lane, entries, damaged);
        }

        ReadSingles(entries, damaged);
        return new SpoolContent([.. entries.OrderBy(entry => entry.At).ThenBy(entry => entry.File, StringComparer.Ordinal).ThenBy(entry => entry.Sequence)], damaged);
    }

    public void Settle(IReadOnlyList<SpoolEntry> entries)
    {
        foreach (IGrouping<string, SpoolEntry> file in entries.GroupBy(entry => entry.File))
        {
            try
            {
                if (_lanes.FirstOrDefault(lane => lane.Path == file.Key) is { } lane)
                {
                    lane.Settle([.. file], WriteLimitMilliseconds);
                }
                else
                {
                    File.Delete(file.Key);
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // It stays, and whoever merges next finds that it is on record.
                continue;
            }
        }
    }

    public IDisposable? TryLockMerge()
    {
        if (!IsOurs())
        {
            return null;
        }

        FileDescriptor file = Libc.Open(Path.Combine(_path, MergeLock), Libc.OpenReadWrite | Libc.OpenCreate | Libc.OpenNoFollow | Libc.OpenNonBlocking | Libc.OpenCloseOnExec, 0x180);
        FileLock request = new() { Type = FileLock.Write };
        if (!file.IsInvalid && Libc.FcntlLock(file, Libc.FcntlOfdSetLock, ref request) == 0)
        {
            return file;
        }

        file.Dispose();
        return null;
    }

    private bool IsReady() => Array.TrueForAll(_lanes, static lane => FileFacts.Of(lane.Path) is { IsRegularFile: true });

    private bool IsOurs() => FileFacts.Of(_path) is { IsDirectory: true, IsWritableByOthers: false } facts && facts.OwnerId == user.Id;

    private static void Read(SpoolLane lane, List<SpoolEntry> entries, List<string> damaged)
    {
        try
        {
            if (!lane.WasUsed())
            {
                return;
            }

            // What looks torn may be in the middle of being written: only what is so without a writer is.
            LaneChain chain = lane.Read(waitMilliseconds: 0);
            chain = chain.Damaged.Count == 0 ? chain : lane.Read(ReadLimitMilliseconds);
            entries.AddRange(chain.Live.Select(lane.Describe));
            damaged.AddRange(chain.Damaged);
        }
        catch (FileNotFoundException)
        {
            return;
        }
        catch (IOException exception)
        {
            damaged.Add(exception.Message);
        }
    }

    private void AppendSingle(ReadOnlySpan<byte> payload, DateTimeOffset at, string why)
    {
        string path = Path.Combine(_path, $"{SinglePrefix}{Guid.NewGuid():N}");
        try
        {
            using (FileDescriptor file = Libc.Open(path, Libc.OpenWriteOnly | Libc.OpenCreate | Libc.OpenExclusive | Libc.OpenNoFollow | Libc.OpenCloseOnExec, 0x180))
            {
                int errno = file.IsInvalid ? Marshal.GetLastPInvokeError() : UnlinkedFile.Write(file, SpoolSlot.Encode(1, at, SpoolSlot.Origin, payload));
                if (errno == 0 && Libc.Flush(file) != 0)
                {
                    errno = Marshal.GetLastPInvokeError();
                }

                if (errno != 0)
                {
                    throw new IOException($"{path}: {Errno.Describe(errno)} ({why})");
                }
            }

            new RunDirectory(_path).Flush();
        }
        catch (IOException)
        {
            // Half an entry must not be taken for one that was followed.
            File.Delete(path);
            throw;
        }
    }

    private void ReadSingles(List<SpoolEntry> entries, List<string> damaged)
    {
        foreach (string path in Directory.EnumerateFiles(_path, SinglePrefix + "*").Order(StringComparer.Ordinal))
        {
            try
            {
                SpoolSlot? slot = new FileInfo(path) is { LinkTarget: null, Length: <= SpoolSlot.Size } ? SpoolSlot.Decode(0, File.ReadAllBytes(path)) : null;
                if (slot is { Kind: SlotKind.Live })
                {
                    entries.Add(new SpoolLane(path).Describe(slot));
                }
                else
                {
                    damaged.Add($"{path}: not an entry as it was written (torn or altered)");
                }
            }
            catch (FileNotFoundException)
            {
                // Somebody has just settled it.
                continue;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                damaged.Add(exception.Message);
            }
        }
    }
}
