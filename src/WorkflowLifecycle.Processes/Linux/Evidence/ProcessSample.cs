using System.Buffers.Text;
using System.Globalization;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Evidence;

/// <summary>What of a process moves while it works, at one instant.</summary>
internal sealed record ProcessSample(char State, int Threads, long CpuMs, long? ReadBytes, long? WrittenBytes, string? WaitChannel)
{
    // USER_HZ: what the kernel tells programs, whatever it counts in.
    private const long MillisecondsPerTick = 10;

    // Numbered as in proc(5).
    private const int UserTime = 14;
    private const int SystemTime = 15;
    private const int ThreadCount = 20;
    private const int FirstFieldAfterName = 3;

    /// <summary>Takes one; null when that very process is not there any more.</summary>
    public static ProcessSample? Take(ProcessSnapshot process)
    {
        string directory = string.Create(CultureInfo.InvariantCulture, $"/proc/{process.Pid}/");
        Span<byte> buffer = stackalloc byte[1024];
        int length = SmallFile.Read(directory + "stat", buffer);
        if (length <= 0 || !ProcStat.TryParse(buffer[..length], out ProcStat stat) || TimeNamespace.ToMachine(stat.StartTicks) != process.StartTicks)
        {
            return null;
        }

        ReadOnlySpan<byte> rest = buffer[..length];
        rest = rest[(rest.LastIndexOf((byte)')') + 2)..];
        long ticks = Field(rest, UserTime) + Field(rest, SystemTime);
        int threads = (int)Field(rest, ThreadCount);
        length = SmallFile.Read(directory + "io", buffer);
        ReadOnlySpan<byte> io = buffer[..Math.Max(length, 0)];
        return new ProcessSample(
            stat.State, threads, ticks * MillisecondsPerTick, Named(io, "rchar: "u8), Named(io, "wchar: "u8), ProcessReader.ReadWaitChannel(process.Pid));
    }

    private static long Field(ReadOnlySpan<byte> rest, int number)
    {
        for (int at = FirstFieldAfterName; at < number; at++)
        {
            rest = rest[(rest.IndexOf((byte)' ') + 1)..];
        }

        return Utf8Parser.TryParse(rest, out long value, out _) ? value : 0;
    }

    private static long? Named(ReadOnlySpan<byte> text, ReadOnlySpan<byte> name)
    {
        int at = text.IndexOf(name);
        return at >= 0 && Utf8Parser.TryParse(text[(at + name.Length)..], out long value, out _) ? value : null;
    }
}
