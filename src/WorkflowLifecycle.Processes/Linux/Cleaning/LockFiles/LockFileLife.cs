using System.Buffers.Binary;
using System.Globalization;
using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.LockFiles;

/// <summary>Whether a file can only have been made while a run was there, and by its user.</summary>
/// <param name="run">The run's row.</param>
/// <param name="end">Its end; nobody of it made anything later.</param>
internal sealed class LockFileLife(RunRecord run, DateTimeOffset end)
{
    private const string UserPrefix = "os:";
    private const uint Root = 0;
    private const int BufferSize = 256;

    // NFS, SMB (three of them), Ceph, AFS, 9p, FUSE: other machines may work on what is there.
    private static readonly uint[] _shared = [0x6969, 0x517B, 0xFF534D42, 0xFE534D42, 0x00C36400, 0x5346414F, 0x01021997, 0x65735546];

    // Row first, program second: nothing of the run is older than its row.
    private readonly DateTimeOffset _begin = run.CreatedAt;

    private readonly uint? _user = ReadUser(run.HostUser);

    /// <summary>True for what was made after the end: it is nothing of the run's.</summary>
    public bool IsLater(in LockFileMark file) => file.Born > end;

    /// <summary>True when it was made within the run's life.</summary>
    public bool Holds(in LockFileMark file) => file.Born is { } born && born >= _begin && born <= end;

    /// <summary>True when it was written last within the run's life.</summary>
    public bool HoldsChange(in LockFileMark file) =>
        DateTimeOffset.UnixEpoch.AddTicks(file.ModifiedNanoseconds / TimeSpan.NanosecondsPerTick) is var changed && changed >= _begin && changed <= end;

    /// <summary>Why it is not provably the run's, in words; null when it is.</summary>
    public string? FindDoubt(string path, in LockFileMark file) =>
        file.Born is not { } born ? "the file system does not tell when it was made"
        : !Holds(file) ? string.Create(CultureInfo.InvariantCulture, $"made {born:yyyy-MM-dd HH:mm:ss}Z, before the run")
        : FindForeignOwner(file) is { } foreign ? foreign
        : IsShared(path) ? "other machines may use that file system: who holds it there cannot be seen"
        : null;

    /// <summary>Whose it is, in words, where that is not the run's user; null when it is. What root ran may be anybody's.</summary>
    public string? FindForeignOwner(in LockFileMark file) =>
        _user is not (null or Root) && file.Owner != _user ? $"it belongs to user {file.Owner}, and the run was of user {_user}" : null;

    private static unsafe bool IsShared(string path)
    {
        byte* buffer = stackalloc byte[BufferSize];
        return Libc.FileSystemStatus(Path.GetDirectoryName(path)!, buffer) != 0
            || _shared.Contains(unchecked((uint)BinaryPrimitives.ReadInt64LittleEndian(new ReadOnlySpan<byte>(buffer, sizeof(long)))));
    }

    private static uint? ReadUser(string user) =>
        user.StartsWith(UserPrefix, StringComparison.Ordinal) && uint.TryParse(user.AsSpan(UserPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out uint id) ? id : null;
}
