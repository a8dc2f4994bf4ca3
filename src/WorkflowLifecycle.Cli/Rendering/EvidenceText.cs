using System.Globalization;

namespace WorkflowLifecycle.Cli.Rendering;

/// <summary>Evidence for people: what each process does in a table, then the rest of each, the machine's view, and what the run said last.</summary>
internal static class EvidenceText
{
    private const int FilesShown = 20;

    public static void Write(CliConsole console, RunEvidence evidence)
    {
        new FieldList()
            .Add("run", evidence.RunId.Value)
            .Add("taken", $"{Words.Time(evidence.TakenAt)}, in {Words.Milliseconds(evidence.DurationMs)}{(evidence.KillId is { } kill ? $", for {kill}" : string.Empty)}")
            .Add("cut", string.Join(", ", evidence.Cut))
            .Add("processes", Words.Count(evidence.Processes.Count, "process", "processes") +
                (evidence.IntervalMs > 0 ? $"; CPU, READ and WRITTEN are of {Words.Milliseconds(evidence.IntervalMs)}" : string.Empty))
            .Write(console.Out);
        console.Out.WriteLine();
        WriteTable(console, evidence.Processes);
        foreach (ProcessEvidence process in evidence.Processes)
        {
            WriteDetails(console.Out, process);
        }

        evidence.Cgroup.ToList().ForEach(reading => WriteLines(console.Out, "cgroup " + reading.Name, reading.Lines, reading.Problem));
        evidence.Sources.ToList().ForEach(reading => WriteLines(console.Out, reading.Name, reading.Lines, reading.Problem));
        evidence.Output.ToList().ForEach(output => WriteLines(console.Out, output.Stream == OutputStream.Output ? "stdout" : "stderr", output.Lines, null));
    }

    private static void WriteTable(CliConsole console, IReadOnlyList<ProcessEvidence> processes)
    {
        TableOutput table = new("PID", "PARENT", "STATE", "THREADS", "CPU", "READ", "WRITTEN", "MEMORY", "WAITS IN", "COMMAND");
        foreach (ProcessEvidence process in processes)
        {
            table.Add(
                Cell.Of(Number(process.Pid)),
                Cell.Of(Number(process.ParentPid)),
                Cell.Of(process.State == default ? null : process.State.ToString()),
                Cell.Of(process.Threads == 0 ? null : Number(process.Threads)),
                Cell.Of(process.CpuDeltaMs is { } cpu ? Number(cpu) + "ms" : null),
                Cell.Of(process.ReadDelta is { } read ? Words.Bytes(read) : null),
                Cell.Of(process.WrittenDelta is { } written ? Words.Bytes(written) : null),
                Cell.Of(Words.Bytes(process.ResidentBytes)),
                Cell.Of(process.WaitChannel),
                Cell.Of(process.CommandLine ?? process.Name));
        }

        table.Write(console);
    }

    private static void WriteDetails(TextWriter writer, ProcessEvidence process)
    {
        writer.WriteLine();
        writer.WriteLine(SafeText.Show($"{Number(process.Pid)} {process.Name}"));
        new FieldList()
            .Add("  directory", process.WorkingDirectory)
            .Add("  system call", process.SystemCall)
            .Add("  kernel stack", string.Join(" < ", process.KernelStack))
            .Add("  files", Some(process.Files))
            .Add("  sockets", Some([.. process.Sockets.Select(Describe)]))
            .Add("  environment", Some(process.EnvironmentNames))
            .Write(writer);
    }

    private static void WriteLines(TextWriter writer, string title, IReadOnlyList<string> lines, string? problem)
    {
        if (lines.Count == 0 && problem is null)
        {
            return;
        }

        writer.WriteLine();
        writer.WriteLine(SafeText.Show(problem is null ? title : $"{title} ({problem})"));
        foreach (string line in lines)
        {
            writer.WriteLine("  " + SafeText.Show(line));
        }
    }

    private static string Describe(SocketEvidence socket) =>
        $"{Number(socket.Descriptor)} {socket.Protocol} {socket.Local ?? "-"}{(socket.Remote is { } remote ? " -> " + remote : string.Empty)}{(socket.State is { } state ? " " + state : string.Empty)}";

    private static string Some(IReadOnlyList<string> all) =>
        string.Join(", ", all.Take(FilesShown)) + (all.Count > FilesShown ? $" and {Number(all.Count - FilesShown)} more" : string.Empty);

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
