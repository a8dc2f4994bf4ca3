using System.Runtime.InteropServices;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Shim;

namespace WorkflowLifecycle.Processes.Linux.Launching;

/// <summary>Runs a program in the place of this process and outlives it, whatever is sent to both of them short of SIGKILL.</summary>
internal static class ProgramInPlace
{
    private const int Hangup = 1;
    private const int Interrupt = 2;
    private const int Quit = 3;
    private const int BrokenPipe = 13;
    private const int Terminate = 15;
    private const int ChildStopped = 17;

    // As wait(2) packs them: the signal in the lowest seven bits, the exit code in the byte above.
    private const int SignalBits = 0x7F;
    private const int ExitCodeShift = 8;
    private const int ExitCodeBits = 0xFF;
    private const int SignalBase = 128;

    /// <returns>Its exit code, or 128 + N after signal N.</returns>
    /// <exception cref="LaunchFailedException">It is missing or cannot be executed; nothing ran.</exception>
    public static int Run(string program, IReadOnlyList<string> arguments)
    {
        string path = Resolve(program);

        // Nobody but us may collect the program: where SIGCHLD was ignored, the kernel would, and its exit code with it. SIGPIPE is ignored by
        // the runtime and nobody else.
        _ = Libc.Signal(ChildStopped, Libc.SignalDefault);
        List<int> defaults = [BrokenPipe, ChildStopped, .. IgnoreUntilTheEnd(Hangup, Interrupt, Quit, Terminate)];
        int errno = PosixSpawn.TryStartInPlace(path, [program, .. arguments], defaults, out int pid);
        return errno == 0 ? Wait(pid) : throw Failed(path, errno);
    }

    private static string Resolve(string program) => ProgramResolver.Resolve(new ContainmentSpec
    {
        RunId = RunId.New(),
        InternalId = string.Empty,
        Program = program,
        Arguments = [program],
        WorkingDirectory = Environment.CurrentDirectory,
        Environment = Environment.GetEnvironmentVariable("PATH") is { } search ? new Dictionary<string, string> { ["PATH"] = search } : [],
    }).Program;

    // What was ignored before stays so for the program, too: nohup(1) means it.
    private static List<int> IgnoreUntilTheEnd(params ReadOnlySpan<int> signals)
    {
        List<int> changed = [];
        foreach (int signal in signals)
        {
            if (Libc.Signal(signal, Libc.SignalIgnore) != Libc.SignalIgnore)
            {
                changed.Add(signal);
            }
        }

        return changed;
    }

    private static unsafe int Wait(int pid)
    {
        int status = 0;
        while (Libc.WaitPid(pid, &status, 0) < 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            if (errno != Errno.EINTR)
            {
                throw new WorkflowLifecycleException($"The exit of PID {pid} could not be read: {Errno.Describe(errno)}.");
            }
        }

        int signal = status & SignalBits;
        return signal == 0 ? (status >> ExitCodeShift) & ExitCodeBits : SignalBase + signal;
    }

    private static LaunchFailedException Failed(string path, int errno) => errno switch
    {
        Errno.ENOENT => new(LaunchStage.ProgramMissing, $"{path}, or the interpreter that it names, does not exist. Check the path.", path),
        Errno.EACCES or Errno.ENOEXEC => new(LaunchStage.ProgramNotExecutable, $"{path} cannot be executed: {Errno.Describe(errno)}.", path),
        _ => new(LaunchStage.Spawn, $"{path} could not be started: {Errno.Describe(errno)}.", path),
    };
}
