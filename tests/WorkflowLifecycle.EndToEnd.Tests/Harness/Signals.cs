using System.Globalization;

namespace WorkflowLifecycle.EndToEnd.Tests;

/// <summary>Signals as a shell sends them: its own command, since a fresh machine has no program of that name.</summary>
internal static class Signals
{
    public static void Send(string name, int pid)
    {
        using System.Diagnostics.Process kill = System.Diagnostics.Process.Start("/bin/sh", ["-c", "kill -s \"$0\" \"$1\"", name, pid.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }
}
