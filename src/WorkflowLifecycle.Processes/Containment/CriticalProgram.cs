using WorkflowLifecycle.Processes.Linux.Launching;
using WorkflowLifecycle.Processes.Linux.RunDirectories;
using WorkflowLifecycle.Processes.Linux.Working;

namespace WorkflowLifecycle.Processes;

/// <summary>A critical section around a program, entered from inside a run without its store: what <c>workflowctl critical</c> does.</summary>
public static class CriticalProgram
{
    /// <summary>The variable by which a program of a run finds the directory of its critical sections.</summary>
    public const string DirectoryVariable = CriticalDirectory.EnvironmentVariable;

    /// <summary>Enters a critical section, in this process. No other process inherits it.</summary>
    /// <param name="directory">The directory that <see cref="DirectoryVariable"/> names.</param>
    /// <param name="kind">What it protects.</param>
    /// <param name="name">For people. Made one line, and cut at a blank where it is longer than 100 characters.</param>
    /// <returns>Dispose to leave it.</returns>
    /// <exception cref="IOException">There is no such directory, or it takes no lock.</exception>
    /// <exception cref="PlatformNotSupportedException">Not on Linux.</exception>
    public static IDisposable Enter(string directory, CriticalSectionKind kind, string name)
    {
        RequireLinux();
        string path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        return Path.GetFileName(path) == CriticalDirectory.Name
            ? HeldSection.Enter(Path.GetDirectoryName(path)!, kind, SectionName.Of(name))
            : throw new IOException($"{path} is no directory of critical sections.");
    }

    /// <summary>
    /// Runs a program with the streams, terminal, process group, working directory and environment of this process, and waits for it. SIGINT,
    /// SIGTERM, SIGHUP and SIGQUIT do not end this process meanwhile, nor afterwards: they are the program's.
    /// </summary>
    /// <param name="program">A path, or a name that is looked up in PATH.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <returns>Its exit code, or 128 + N after signal N.</returns>
    /// <exception cref="LaunchFailedException">It is missing or cannot be executed; nothing ran.</exception>
    /// <exception cref="PlatformNotSupportedException">Not on Linux.</exception>
    public static int Run(string program, IReadOnlyList<string> arguments)
    {
        ArgumentException.ThrowIfNullOrEmpty(program);
        ArgumentNullException.ThrowIfNull(arguments);
        RequireLinux();
        return ProgramInPlace.Run(program, arguments);
    }

    private static void RequireLinux()
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException("Critical sections around programs exist on Linux only.");
        }
    }
}
