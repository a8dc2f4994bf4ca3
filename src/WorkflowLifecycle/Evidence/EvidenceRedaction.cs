using WorkflowLifecycle.Redaction;

namespace WorkflowLifecycle.Evidence;

/// <summary>Takes the secrets out of evidence. Each text once: the files of a tree are mostly the same ones.</summary>
internal sealed class EvidenceRedaction(IRedactor redactor)
{
    private const int LongestLine = 2_000;
    private const int OutputLines = 50;
    private const int OutputCharacters = 16 * 1024;
    private const int SourceLines = 1_000;
    private const string EndOfKey = "PRIVATE KEY-----";

    private readonly Dictionary<string, string> _known = new(StringComparer.Ordinal);

    public RunEvidence Redact(RawEvidence raw) => new()
    {
        RunId = raw.Run.RunId,
        KillId = raw.KillId,
        TakenAt = raw.TakenAt,
        DurationMs = raw.DurationMs,
        IntervalMs = raw.Tree.IntervalMs,
        Cut = raw.Tree.Cut,
        Processes = [.. raw.Tree.Processes.Select(Redact)],
        Cgroup = raw.Tree.Cgroup,
        Output = [.. raw.Tree.Output.Select(output => output with { Lines = EndOf(string.Concat(output.Lines)) }).Where(output => output.Lines.Count > 0)],
        Sources = [.. raw.Sources.Select(source => source with { Name = Text(source.Name), Lines = Lines(string.Join('\n', source.Lines.Take(SourceLines))) })],
    };

    private ProcessEvidence Redact(ProcessEvidence process) => process with
    {
        Name = Text(process.Name),
        CommandLine = process.CommandLine is { } line ? redactor.RedactCommandLine(line) : null,
        WorkingDirectory = process.WorkingDirectory is { } directory ? Text(directory) : null,
        Files = [.. process.Files.Select(Text)],
        Sockets = [.. process.Sockets.Select(socket => socket.Local is { } local && socket.Protocol == "unix" ? socket with { Local = Text(local) } : socket)],
        EnvironmentNames = [.. process.EnvironmentNames.Select(Text)],
    };

    // As one text, since a secret may go over several lines; cut at a line end, since half a line may have lost what it is known by.
    private IReadOnlyList<string> EndOf(string text)
    {
        if (text.Length > OutputCharacters)
        {
            int start = text.IndexOf('\n', text.Length - OutputCharacters);
            text = start < 0 ? string.Empty : text[(start + 1)..];
        }

        return [.. Lines(WithoutHalfAKey(text)).TakeLast(OutputLines)];
    }

    private static string WithoutHalfAKey(string text)
    {
        int end = text.IndexOf("-----END ", StringComparison.Ordinal);
        int begin = text.IndexOf("-----BEGIN ", StringComparison.Ordinal);
        int after = end < 0 ? -1 : text.IndexOf(EndOfKey, end, StringComparison.Ordinal);
        return after >= 0 && (begin < 0 || begin > end) ? text[(after + EndOfKey.Length)..] : text;
    }

    private IReadOnlyList<string> Lines(string text) =>
        [.. redactor.RedactText(text).Split('\n').Select(line => Cut(line.TrimEnd('\r'))).Where(line => line.Length > 0)];

    private string Text(string text)
    {
        if (!_known.TryGetValue(text, out string? redacted))
        {
            redacted = Cut(redactor.RedactText(text));
            _known[text] = redacted;
        }

        return redacted;
    }

    private static string Cut(string text) => text.Length <= LongestLine ? text : text[..(char.IsHighSurrogate(text[LongestLine - 1]) ? LongestLine - 1 : LongestLine)];
}
