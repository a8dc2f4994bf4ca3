using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Spooling;

/// <summary>A short wait of the thread that needs the spool: the kernel tells nobody when such a lock is free, unless he waits without end.</summary>
internal static class SpoolPause
{
    public static void OneMillisecond()
    {
        PollRequest nothing = new() { Descriptor = -1 };
        _ = Libc.Poll(ref nothing, 1, 1);
    }
}
