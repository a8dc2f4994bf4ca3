using System.Security.Cryptography;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Proc;
using WorkflowLifecycle.Processes.Linux.Shim;

namespace WorkflowLifecycle.Processes.Linux.Leaks;

/// <summary>Tells a shim by the program that it executes. Its title is only where to look: anybody may call himself so.</summary>
internal static class ShimProgram
{
    private const int LargestShim = 1024 * 1024;
    private const string Title = "workflow-lifecycle-shim ";

    private static readonly Lazy<byte[]?> _own = new(static () => ShimImage.TryReadProgram() is { } program ? SHA256.HashData(program) : null);

    /// <summary>The run that a process titles itself the shim of; null when it does not.</summary>
    public static RunId? TitleOf(int pid) =>
        ProcessReader.ReadCommandLine(pid) is { } line && line.StartsWith(Title, StringComparison.Ordinal)
            && RunId.TryParse(line[Title.Length..].Split('\0')[0], out RunId run) ? run : null;

    /// <summary>Whether a process executes the shim of this version. False where that may not be read, which only root may: a shim can't be traced.</summary>
    public static bool IsExecutedBy(int pid)
    {
        using FileDescriptor file = DescriptorReserve.Open($"/proc/{pid}/exe", Libc.OpenReadOnly | Libc.OpenCloseOnExec);
        if (file.IsInvalid || _own.Value is not { } own)
        {
            return false;
        }

        byte[] program = new byte[LargestShim];
        int length = SmallFile.ReadAll(file, program);
        return length > 0 && SHA256.HashData(program.AsSpan(0, length)).AsSpan().SequenceEqual(own);
    }
}
