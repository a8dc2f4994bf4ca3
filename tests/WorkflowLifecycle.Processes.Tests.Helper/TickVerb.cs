using System.Diagnostics;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Tests.Helper;

/// <summary>A PID changes hands within one tick: PID and start are the same.</summary>
internal static class TickVerb
{
    private const int Tries = 300;
    private const int UserSignal = 10;

    public static int Run()
    {
        Machine machine = Machine.Read();
        for (int i = 0; i < Tries; i++)
        {
            Process first = Numbers.Start("sleep", "60");
            ProcessIdentity identity = machine.Identify(first.Id)!;
            Numbers.End(first);
            Process second = Numbers.Take(identity.Pid, "sleep", "60");
            bool isSame = machine.Identify(second.Id)!.StartTicks == identity.StartTicks;
            if (isSame)
            {
                Console.WriteLine(identity.PidfsHandle is null ? "no handles"
                    : $"{machine.Look(identity)}, signalled {machine.Signal(identity, UserSignal)}, stranger {Numbers.Fate(second.Id)}");
                return 0;
            }

            Numbers.End(second);
        }

        Console.WriteLine("no two starts within one tick");
        return 0;
    }
}
