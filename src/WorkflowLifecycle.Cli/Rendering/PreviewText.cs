using System.Globalization;

namespace WorkflowLifecycle.Cli.Rendering;

/// <summary>What a kill would do, for people.</summary>
internal static class PreviewText
{
    public static void Write(TextWriter writer, KillPreview preview)
    {
        string workflow = preview.Run.Workflow is { } name ? $" of workflow {name}" : string.Empty;
        writer.WriteLine(SafeText.Show($"{preview.Run.RunId}{workflow}, {preview.Run.State}: {RunTable.CommandLine(preview.Run)}"));
        foreach (ProcessSnapshot process in preview.Processes)
        {
            string pid = process.Pid.ToString(CultureInfo.InvariantCulture);
            writer.WriteLine("  would end    " + SafeText.Show($"{pid} {process.CommandLine ?? process.Name} ({process.BelongsBecause})"));
        }

        WriteAll(writer, "  would end    ", preview.ChildRuns.Select(child => $"child run {child}"));
        WriteAll(writer, "  would await  ", preview.Waits);
        WriteAll(writer, "  would clean  ", preview.Cleans);
        if (preview.Processes.Count == 0 && preview.ChildRuns.Count == 0)
        {
            writer.WriteLine(preview.Run.State.IsFinal ? "  nothing: it is over" : "  no process is left");
        }
    }

    private static void WriteAll(TextWriter writer, string label, IEnumerable<string> lines)
    {
        foreach (string line in lines)
        {
            writer.WriteLine(label + SafeText.Show(line));
        }
    }
}
