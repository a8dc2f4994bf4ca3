using System.Text.Json;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Tests.Helper;

/// <summary>Looks at a process that somebody else identified, and identifies it anew.</summary>
internal static class LookVerb
{
    public static int Run(string identity)
    {
        Machine machine = Machine.Read();
        ProcessIdentity asked = JsonSerializer.Deserialize<ProcessIdentity>(identity)!;
        Console.WriteLine($"{machine.Look(asked)}, same {machine.Identify(asked.Pid) == asked}");
        return 0;
    }
}
