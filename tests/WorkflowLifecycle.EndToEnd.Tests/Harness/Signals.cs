using System.Globalization;

namespace WorkflowLifecycle.EndToEnd.Tests;

/// <summary>Signals as a shell sends them.</summary>
internal static class Signals
{
    public static void Send(string name, int pid)
    {
        using System.Diagnostics.Process kill = System.Diagnostics.Process.Start("/bin/kill", ["-s", name, pid.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }
}
