using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Ending;

/// <summary>Which signals a stopped process would sit on, as the shim sees it (Shim/PROTOCOL.md, part 3).</summary>
internal static class ContinuingSignals
{
    private const int TerminalStop = 20;
    private const int TerminalInput = 21;
    private const int TerminalOutput = 22;

    /// <summary>The signal, and SIGCONT after it unless it needs none or would be undone by it.</summary>
    public static int[] After(int signal) => signal is Libc.SignalKill or Libc.SignalStop or Libc.SignalContinue or TerminalStop or TerminalInput or TerminalOutput
        ? [signal]
        : [signal, Libc.SignalContinue];
}
