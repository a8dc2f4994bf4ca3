using System.Diagnostics;
using System.Globalization;
using WorkflowLifecycle.Processes.Linux.Ending;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Tests.Helper;

/// <summary>
/// The root of a run is gone with its whole session; a stranger took its PID, began a session under it, and left it to a child: the number
/// of the session and the times of all starts are as if it were the run's.
/// </summary>
internal static class SessionVerb
{
    public static async Task<int> RunAsync()
    {
        Machine machine = Machine.Read();
        Process program = Numbers.Start("setsid", "sleep", "60");
        ProcessIdentity root = machine.Identify(program.Id)!;
        Numbers.End(program);
        Numbers.WaitUntilFree(root.Pid);

        // Still there while it is looked at for the first time.
        Process leader = Numbers.Take(root.Pid, "setsid", "sh", "-c", "sleep 60 & echo $!; read go");
        int stranger = int.Parse(leader.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
        Console.WriteLine($"root {machine.Look(root)}");
        leader.StandardInput.WriteLine();
        leader.WaitForExit();
        Numbers.WaitUntilFree(root.Pid);

        DirectoryInfo place = Directory.CreateTempSubdirectory("workflow-lifecycle-namespace-");
        ContainmentRecord record = new()
        {
            Strength = ContainmentStrength.Reaper,
            RunDirectory = place.FullName,
            Shim = root with { StartTicks = 1, PidfsHandle = null },
        };
        RunContainment containment = new(record, root, machine, TimeProvider.System);
        await using (containment)
        {
            Console.WriteLine($"root {machine.Look(root)}, listed {containment.Inspect(InspectionDepth.Full, TimeSpan.FromSeconds(5)).Processes.Count}");
            await containment.EndAsync(KillId.New(TimeProvider.System));
            EndNotice? end = await containment.WaitForEndAsync();
            Console.WriteLine($"stranger {Numbers.Fate(stranger)}, proof {end?.Proof.ToString() ?? "none"}");
        }

        place.Delete(recursive: true);
        return 0;
    }
}
