using System.Globalization;

namespace WorkflowLifecycle.Shutdown;

/// <summary>Signals as people write them, by their numbers on Linux.</summary>
internal static class SignalNames
{
    private static readonly Dictionary<int, string> _names = new()
    {
        [1] = "SIGHUP",
        [2] = "SIGINT",
        [3] = "SIGQUIT",
        [6] = "SIGABRT",
        [10] = "SIGUSR1",
        [12] = "SIGUSR2",
        [15] = "SIGTERM",
        [28] = "SIGWINCH",
        [30] = "SIGPWR",
    };

    public static string Of(int signal) => _names.TryGetValue(signal, out string? name) ? name : "signal " + signal.ToString(CultureInfo.InvariantCulture);
}
