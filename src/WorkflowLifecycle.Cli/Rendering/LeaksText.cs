using WorkflowLifecycle.Cli.Json;
using WorkflowLifecycle.Cli.Leaks;
using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle.Cli.Rendering;

/// <summary>What is left on this machine, for people.</summary>
internal static class LeaksText
{
    public static void Write(TextWriter writer, IReadOnlyList<LeakEntry> leaks)
    {
        foreach (LeakEntry leak in leaks)
        {
            writer.WriteLine(SafeText.Show($"{Word(leak.Verdict)}  {leak.RunId ?? leak.InternalId ?? "-"}: {leak.Why}"));
            foreach (LeakThingEntry thing in leak.Things)
            {
                writer.WriteLine("  " + SafeText.Show($"{Word(thing.Kind)}  {thing.Name}{Signs(thing, leak)}"));
            }

            WriteAll(writer, "cleaned", leak.Cleaned);
            WriteAll(writer, "remains", leak.Remaining);
        }
    }

    private static void WriteAll(TextWriter writer, string word, IReadOnlyList<string>? names)
    {
        foreach (string name in names ?? [])
        {
            writer.WriteLine("  " + SafeText.Show($"{word}  {name}"));
        }
    }

    private static string Signs(LeakThingEntry thing, LeakEntry leak)
    {
        string other = thing.MarkedRun is { } mark && mark != leak.RunId ? $" (names {mark})" : string.Empty;
        return thing.Kind == TraceKind.Process ? $"  by {(thing.Signs.Count > 0 ? string.Join(", ", thing.Signs) : "nothing")}{other}" : string.Empty;
    }

    private static string Word(LeakVerdict verdict) => verdict switch
    {
        LeakVerdict.Stray => "stray   ",
        LeakVerdict.Leftover => "leftover",
        _ => "unknown ",
    };

    private static string Word(TraceKind kind) => kind switch
    {
        TraceKind.Process => "process      ",
        TraceKind.Cgroup => "cgroup       ",
        TraceKind.RunDirectory => "run directory",
        TraceKind.SharedMemory => "shared memory",
        _ => "temp         ",
    };
}
