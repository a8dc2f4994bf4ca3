namespace WorkflowLifecycle.Cli.Json;

/// <summary>Lines of text from one place: a file of the cgroup, a stream of output, a source.</summary>
internal sealed record EvidenceLines(string Name, IReadOnlyList<string> Lines, string? Problem)
{
    public static EvidenceLines Of(EvidenceReading reading) => new(reading.Name, reading.Lines, reading.Problem);

    public static EvidenceLines Of(EvidenceOutput output) => new(output.Stream == OutputStream.Output ? "stdout" : "stderr", output.Lines, null);
}
