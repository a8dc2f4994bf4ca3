using System.Diagnostics;
using System.Globalization;

namespace WorkflowLifecycle.Processes.Tests.Helper;

/// <summary>Gives PIDs away.</summary>
internal static class Numbers
{
    private const string Last = "/proc/sys/kernel/ns_last_pid";
    private const int Tries = 500;

    /// <summary>Starts a program under a PID that is free. A thread of our own may be faster, so it is tried again.</summary>
    public static Process Take(int pid, string program, params string[] arguments)
    {
        for (int i = 0; i < Tries; i++)
        {
            File.WriteAllText(Last, (pid - 1).ToString(CultureInfo.InvariantCulture));
            Process process = Start(program, arguments);
            if (process.Id == pid)
            {
                return process;
            }

            End(process);
        }

        throw new InvalidOperationException($"PID {pid} could not be had.");
    }

    public static Process Start(string program, params string[] arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;

    public static void End(Process process)
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
    }

    /// <summary>Ends a process and waits until its parent has collected it, so that its PID is free.</summary>
    public static void Free(int pid)
    {
        using Process process = Process.GetProcessById(pid);
        process.Kill();
        WaitUntilFree(pid);
    }

    public static void WaitUntilFree(int pid)
    {
        while (Exists(pid))
        {
            Thread.Sleep(1);
        }
    }

    public static bool Exists(int pid) => Directory.Exists(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}"));

    /// <summary>Whether it still runs a moment later: a signal needs one to arrive.</summary>
    public static string Fate(int pid)
    {
        Thread.Sleep(50);
        return Linux.Proc.ProcessReader.TryReadStat(pid, out Linux.Proc.ProcStat stat) && stat.State is not ('Z' or 'X') ? "alive" : "dead";
    }
}
