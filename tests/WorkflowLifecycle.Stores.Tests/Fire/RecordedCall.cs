using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace WorkflowLifecycle.Stores.Tests.Fire;

/// <summary>A system call that changes a file, or makes what was changed survive a loss of power.</summary>
internal sealed partial record RecordedCall(string Name, string File, byte[] Data, long Offset)
{
    /// <summary>The calls in a log of strace, written with <c>-y -xx</c>, in the order in which they returned.</summary>
    public static IEnumerable<RecordedCall> Read(IEnumerable<string> log)
    {
        Dictionary<string, string> unfinished = [];
        foreach (string line in log)
        {
            string process = line[..line.IndexOf(' ', StringComparison.Ordinal)];
            string text = line[process.Length..].Trim();
            if (text.EndsWith("<unfinished ...>", StringComparison.Ordinal))
            {
                unfinished[process] = text[..text.IndexOf("<unfinished", StringComparison.Ordinal)];
                continue;
            }

            if (text.StartsWith("<...", StringComparison.Ordinal))
            {
                text = unfinished[process] + text[(text.IndexOf('>', StringComparison.Ordinal) + 1)..];
            }

            if (Call().Match(text) is { Success: true } call)
            {
                Assert.DoesNotContain("...", call.Groups["arguments"].Value, StringComparison.Ordinal);
                yield return Read(call.Groups["name"].Value, call.Groups["arguments"].Value);
            }
        }
    }

    private static RecordedCall Read(string name, string arguments)
    {
        Match path = Path().Match(arguments);
        string[] rest = arguments[(path.Index + path.Length)..].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        byte[] data = name is "pwrite64" or "write" ? FromHex(rest[0].Trim('"')) : [];
        long offset = name is "pwrite64" or "ftruncate" ? long.Parse(rest[^1], CultureInfo.InvariantCulture) : 0;
        return new RecordedCall(name, Encoding.UTF8.GetString(FromHex(path.Groups["path"].Value)), data, offset);
    }

    private static byte[] FromHex(string text) => Convert.FromHexString(text.Replace("\\x", string.Empty, StringComparison.Ordinal));

    [GeneratedRegex(@"^(?<name>pwrite64|write|fsync|fdatasync|ftruncate|unlink)\((?<arguments>.*)\)\s+= \d+", RegexOptions.ExplicitCapture)]
    private static partial Regex Call();

    [GeneratedRegex(@"^(\d+<(?<path>[^>]*)>|""(?<path>[^""]*)"")", RegexOptions.ExplicitCapture)]
    private static partial Regex Path();
}
