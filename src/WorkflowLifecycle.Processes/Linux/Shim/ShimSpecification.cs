using System.Buffers.Binary;
using System.Text;
using WorkflowLifecycle.Processes.Linux.Cleaning.SharedMemory;
using WorkflowLifecycle.Processes.Linux.RunDirectories;

namespace WorkflowLifecycle.Processes.Linux.Shim;

/// <summary>Writes the launch specification (Shim/PROTOCOL.md, part 2).</summary>
internal static class ShimSpecification
{
    private const uint Magic = 0x31534C57;

    // A shim that knows nothing of hardening refuses this one, instead of ignoring fields that it does not know.
    private const uint HardenedMagic = 0x32534C57;
    private const int HeaderSize = 64;
    private const string NotifySocket = "NOTIFY_SOCKET";
    private const uint HostPidfd = 1;
    private const uint Cgroup = 2;
    private const uint KillOnHostExit = 4;
    private const uint OutputFiles = 8;
    private const uint LargestGrace = 0xFFFFFFFE;
    private const uint LeaveLeftovers = 0xFFFFFFFF;

    // The directory of all runs, which is the run directory's parent, is hidden; the runtime root above it keeps its place.
    private const ushort HiddenAbove = 1;
    private const ushort KeptAbove = 2;

    public static byte[] Write(ContainmentSpec spec, bool hasHostPidfd, bool hasCgroup, string notifySocket, string criticalDirectory)
    {
        using MemoryStream stream = new();
        stream.SetLength(HeaderSize);
        stream.Position = HeaderSize;
        Append(stream, spec.Program);
        Append(stream, spec.WorkingDirectory);
        foreach (string argument in spec.Arguments)
        {
            Append(stream, argument);
        }

        uint variables = 3;
        Append(stream, $"{NotifySocket}={notifySocket}");
        Append(stream, $"{CriticalDirectory.EnvironmentVariable}={criticalDirectory}");
        Append(stream, $"{SegmentName.Variable}={SegmentName.Of(spec.InternalId)}");
        foreach ((string name, string value) in spec.Environment)
        {
            if (name is not (NotifySocket or CriticalDirectory.EnvironmentVariable or SegmentName.Variable))
            {
                Append(stream, name + "=" + value);
                variables++;
            }
        }

        byte[] bytes = stream.ToArray();
        Span<byte> header = bytes;
        uint flags = (hasHostPidfd ? HostPidfd : 0) | (hasCgroup ? Cgroup : 0)
            | (spec.OnHostExit == OnHostExit.Kill ? KillOnHostExit : 0) | (spec.Output == OutputMode.Files ? OutputFiles : 0);
        BinaryPrimitives.WriteUInt32LittleEndian(header, spec.Hardening == Hardening.None ? Magic : HardenedMagic);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], 1);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], flags);
        BinaryPrimitives.WriteUInt32LittleEndian(header[12..], HeaderSize);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], (uint)bytes.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[20..], (uint)spec.Arguments.Count);
        BinaryPrimitives.WriteUInt32LittleEndian(header[24..], variables);
        BinaryPrimitives.WriteUInt32LittleEndian(header[28..], GraceOf(spec.LeftoverGrace));
        BinaryPrimitives.WriteUInt64LittleEndian(header[32..], (ulong)spec.OutputFileCap);
        BinaryPrimitives.WriteUInt32LittleEndian(header[40..], (uint)spec.OutputFilesKept);
        if (spec.Hardening != Hardening.None)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(header[48..], (uint)spec.Hardening);
            BinaryPrimitives.WriteUInt16LittleEndian(header[52..], HiddenAbove);
            BinaryPrimitives.WriteUInt16LittleEndian(header[54..], KeptAbove);
        }

        return bytes;
    }

    private static uint GraceOf(TimeSpan grace) =>
        grace == Timeout.InfiniteTimeSpan ? LeaveLeftovers : (uint)Math.Min(grace.TotalMilliseconds, LargestGrace);

    private static void Append(MemoryStream stream, string text)
    {
        stream.Write(Encoding.UTF8.GetBytes(text));
        stream.WriteByte(0);
    }
}
