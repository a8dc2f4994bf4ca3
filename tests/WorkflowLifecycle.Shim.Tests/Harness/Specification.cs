using System.Buffers.Binary;
using System.Text;

namespace WorkflowLifecycle.Shim.Tests.Harness;

/// <summary>What the shim reads from descriptor 4.</summary>
internal sealed record Specification
{
    public const uint LeaveLeftovers = 0xFFFFFFFF;
    public const uint PlainMagic = 0x31534C57, HardenedMagic = 0x32534C57;

    public string[] Argv { get; init; } = ["/bin/true"];
    public string? Program { get; init; }
    public string Directory { get; init; } = "/";
    public string[] Environment { get; init; } = ["PATH=/usr/bin:/bin"];
    public LaunchFlags Flags { get; init; }
    public uint LeftoverGraceMs { get; init; }
    public ulong OutputCap { get; init; }
    public uint OutputKeep { get; init; }
    public uint FreezeLeaseMaxMs { get; init; }
    public Hardenings Hardening { get; init; }
    public uint HiddenAbove { get; init; }
    public uint KeptAbove { get; init; }
    public uint? Magic { get; init; }

    public byte[] ToBytes()
    {
        string[] strings = [Program ?? Argv[0], Directory, .. Argv, .. Environment];
        byte[] block = Encoding.UTF8.GetBytes(string.Concat(strings.Select(s => s + '\0')));
        byte[] bytes = new byte[64 + block.Length];
        uint[] numbers =
        [
            Magic ?? (Hardening == 0 ? PlainMagic : HardenedMagic), 1, (uint)Flags, 64, (uint)bytes.Length, (uint)Argv.Length, (uint)Environment.Length, LeftoverGraceMs,
            (uint)OutputCap, (uint)(OutputCap >> 32), OutputKeep, FreezeLeaseMaxMs, (uint)Hardening, HiddenAbove | KeptAbove << 16,
        ];
        for (int i = 0; i < numbers.Length; i++) BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4 * i), numbers[i]);
        block.CopyTo(bytes, 64);
        return bytes;
    }
}
