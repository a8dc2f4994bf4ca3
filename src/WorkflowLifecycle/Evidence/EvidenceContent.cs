using System.IO.Compression;
using System.Text.Json;

namespace WorkflowLifecycle.Evidence;

/// <summary>Evidence as it lies in the store: JSON, compressed, of a bounded size.</summary>
internal static class EvidenceContent
{
    public const int Limit = 1024 * 1024;

    // Whatever the row says: nobody's memory is filled by reading it.
    private const int LongestText = 64 * 1024 * 1024;

    private const int BufferSize = 80 * 1024;

    // Quality 4 costs a tenth of the best and is a few percent larger.
    private const int Quality = 4;
    private const int Window = 22;

    private const string Cut = "room";

    /// <summary>Compresses; what is too large loses its details first, then half of its processes, until it fits.</summary>
    public static ReadOnlyMemory<byte> Pack(RunEvidence evidence)
    {
        byte[] packed = Compress(evidence);
        if (packed.Length > Limit)
        {
            evidence = evidence with
            {
                Cut = [.. evidence.Cut, Cut],
                Output = [],
                Sources = [],
                Processes = [.. evidence.Processes.Select(process => process with { Files = [], Sockets = [], EnvironmentNames = [], KernelStack = [] })],
            };
            packed = Compress(evidence);
        }

        while (packed.Length > Limit)
        {
            evidence = evidence with { Processes = [.. evidence.Processes.Take(evidence.Processes.Count / 2)] };
            packed = Compress(evidence);
        }

        return packed;
    }

    /// <summary>Reads it back; null when it is none that this version understands.</summary>
    public static RunEvidence? Unpack(ReadOnlyMemory<byte> content)
    {
        try
        {
            using BrotliStream brotli = new(new MemoryStream(content.ToArray()), CompressionMode.Decompress);
            using MemoryStream whole = new();
            byte[] buffer = new byte[BufferSize];
            int read;
            while ((read = brotli.Read(buffer)) > 0 && whole.Length + read <= LongestText)
            {
                whole.Write(buffer.AsSpan(0, read));
            }

            return JsonSerializer.Deserialize(whole.GetBuffer().AsSpan(0, (int)whole.Length), EvidenceJsonContext.Default.RunEvidence);
        }
        catch (Exception exception) when (exception is JsonException or InvalidDataException or InvalidOperationException)
        {
            // Damaged, or of a newer shape that gave up what this one needs.
            return null;
        }
    }

    private static byte[] Compress(RunEvidence evidence)
    {
        byte[] text = JsonSerializer.SerializeToUtf8Bytes(evidence, EvidenceJsonContext.Default.RunEvidence);
        byte[] packed = new byte[BrotliEncoder.GetMaxCompressedLength(text.Length)];
        return BrotliEncoder.TryCompress(text, packed, out int length, Quality, Window) ? packed[..length] : packed;
    }
}
