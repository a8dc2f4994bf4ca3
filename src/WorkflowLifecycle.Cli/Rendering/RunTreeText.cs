using System.Globalization;
using Spectre.Console;
using WorkflowLifecycle.Cli.Json;

namespace WorkflowLifecycle.Cli.Rendering;

/// <summary>A run as a tree: its processes by their parents, then the runs launched under it.</summary>
internal static class RunTreeText
{
    public static void Write(CliConsole console, RunTree run)
    {
        Tree tree = new(Label(run)) { Guide = TreeGuide.Line };
        Fill(tree, run);
        AnsiOutput.On(console).Write(tree);
    }

    private static void Fill(IHasTreeNodes parent, RunTree run)
    {
        ILookup<int, ProcessEntry> byParent = run.Processes.ToLookup(process => process.ParentPid);
        HashSet<int> known = [.. run.Processes.Select(process => process.Pid)];
        HashSet<int> placed = [];

        // An orphan's parent is the reaper, which is no part of the list: it stands beside the root.
        foreach (ProcessEntry top in run.Processes.Where(process => !known.Contains(process.ParentPid)))
        {
            Place(parent, top, byParent, placed);
        }

        // A list that was taken while processes came and went may hold a circle; nothing is left out for that.
        foreach (ProcessEntry rest in run.Processes.Where(process => !placed.Contains(process.Pid)))
        {
            Place(parent, rest, byParent, placed);
        }

        foreach (RunTree child in run.ChildRuns)
        {
            Fill(parent.AddNode(Label(child)), child);
        }
    }

    private static void Place(IHasTreeNodes parent, ProcessEntry first, ILookup<int, ProcessEntry> byParent, HashSet<int> placed)
    {
        // Without recursion: how deep a tree of processes goes is up to the program.
        Stack<(IHasTreeNodes Parent, ProcessEntry Process)> open = new();
        open.Push((parent, first));
        while (open.TryPop(out (IHasTreeNodes Parent, ProcessEntry Process) next))
        {
            if (!placed.Add(next.Process.Pid))
            {
                continue;
            }

            TreeNode node = next.Parent.AddNode(Label(next.Process));
            foreach (ProcessEntry child in byParent[next.Process.Pid].Reverse())
            {
                open.Push((node, child));
            }
        }
    }

    private static Text Label(RunTree run) =>
        new(SafeText.Show($"{run.RunId} {run.State}{(run.Workflow is { } workflow ? $" ({workflow})" : string.Empty)}: {run.Program}"));

    private static Text Label(ProcessEntry process)
    {
        string memory = process.ResidentBytes is { } bytes ? $", {Words.Bytes(bytes)}" : string.Empty;
        string state = process.State is { } letter ? $" [{letter}{memory}]" : string.Empty;
        string pid = process.Pid.ToString(CultureInfo.InvariantCulture);
        return new(SafeText.Show($"{pid} {process.CommandLine ?? process.Name}{state}"));
    }
}
