using System.Globalization;

namespace WorkflowLifecycle.Cli.Rendering;

/// <summary>A tree that could be adopted, for people.</summary>
internal static class CandidateText
{
    public static void Write(TextWriter writer, AdoptCandidate candidate, DateTimeOffset now)
    {
        string age = Words.Duration(now - candidate.StartedAt);
        string size = Words.Count(candidate.Processes.Count, "process", "processes");
        writer.WriteLine(SafeText.Show(
            $"pid {Number(candidate.Root.Pid)} of {candidate.User}, started {Words.Time(candidate.StartedAt)} ({age} ago), CPU {Words.Duration(candidate.CpuTime)}, {Words.Bytes(candidate.ResidentBytes)} in {size}"));
        WriteAll(writer, "  belongs    ", candidate.Processes);
        WriteAll(writer, "  only near  ", candidate.Nearby);
    }

    public static void WritePreview(TextWriter writer, AdoptCandidate candidate, DateTimeOffset now)
    {
        Write(writer, candidate, now);
        writer.WriteLine($"  held at    {candidate.Strength}");
        foreach (string consequence in candidate.Consequences)
        {
            writer.WriteLine("  changes    " + SafeText.Show(consequence));
        }

        if (candidate.Refusal is { } refusal)
        {
            writer.WriteLine("  refused    " + SafeText.Show(refusal));
        }
    }

    /// <summary>What to type next.</summary>
    public static string NextCommand(AdoptCandidate candidate) =>
        candidate.TrackedBy is { } run ? $"  is run {run} already: {CommandText.Of("show", run.Value)}"
        : candidate.Refusal is { } refusal ? "  cannot be adopted: " + SafeText.Show(refusal)
        : "  to adopt it: " + CommandText.Of("adopt", candidate.Token.ToString(), "--reason", "why");

    private static void WriteAll(TextWriter writer, string label, IEnumerable<ProcessSnapshot> processes)
    {
        foreach (ProcessSnapshot process in processes)
        {
            writer.WriteLine(label + SafeText.Show($"{Number(process.Pid)} {process.CommandLine ?? process.Name} ({process.BelongsBecause})"));
        }
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
