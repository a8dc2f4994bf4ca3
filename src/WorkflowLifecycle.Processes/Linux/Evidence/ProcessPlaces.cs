using System.Globalization;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Evidence;

/// <summary>Where a process stands: in the kernel, and among files.</summary>
internal sealed record ProcessPlaces
{
    public string? WorkingDirectory { get; init; }

    public string? SystemCall { get; init; }

    public IReadOnlyList<string> KernelStack { get; init; } = [];

    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>Sockets by descriptor and inode.</summary>
    public IReadOnlyList<(int Descriptor, long Inode)> Sockets { get; init; } = [];

    /// <summary>The network namespace in which the sockets' addresses count; null when there are none.</summary>
    public string? Network { get; init; }

    /// <summary>True when it has more of them than are listed.</summary>
    public bool IsCut { get; init; }

    public static ProcessPlaces Read(int pid)
    {
        string directory = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/");
        List<string> files = [];
        List<(int Descriptor, long Inode)> sockets = [];
        bool isCut = false;
        foreach (int descriptor in DescriptorList.Of(pid))
        {
            if (ProcLink.Read(string.Create(CultureInfo.InvariantCulture, $"{directory}fd/{descriptor}")) is not { } target)
            {
                continue;
            }

            if (SocketInode(target) is { } inode)
            {
                isCut |= sockets.Count == EvidenceLimits.SocketsPerProcess;
                Add(sockets, (descriptor, inode), EvidenceLimits.SocketsPerProcess);
            }
            else
            {
                isCut |= files.Count == EvidenceLimits.FilesPerProcess;
                Add(files, string.Create(CultureInfo.InvariantCulture, $"{descriptor} {target}"), EvidenceLimits.FilesPerProcess);
            }

            if (files.Count + sockets.Count >= EvidenceLimits.FilesPerProcess && isCut)
            {
                break;
            }
        }

        return new ProcessPlaces
        {
            WorkingDirectory = ProcLink.Read(directory + "cwd"),
            SystemCall = SmallFile.ReadText(directory + "syscall")?.Trim() is { Length: > 0 } call ? call : null,
            KernelStack = [.. (SmallFile.ReadText(directory + "stack") ?? string.Empty).Split('\n', StringSplitOptions.RemoveEmptyEntries).Take(EvidenceLimits.StackFrames)],
            Files = files,
            Sockets = sockets,
            Network = sockets.Count == 0 ? null : ProcLink.Read(directory + "ns/net"),
            IsCut = isCut,
        };
    }

    private static void Add<T>(List<T> list, T item, int most)
    {
        if (list.Count < most)
        {
            list.Add(item);
        }
    }

    private static long? SocketInode(string target) =>
        target.StartsWith("socket:[", StringComparison.Ordinal) && long.TryParse(target.AsSpan(8).TrimEnd(']'), NumberStyles.None, CultureInfo.InvariantCulture, out long inode)
            ? inode
            : null;
}
