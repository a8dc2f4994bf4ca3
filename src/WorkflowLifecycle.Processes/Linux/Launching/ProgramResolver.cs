using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Launching;

/// <summary>Finds the program as execvp would, in the PATH that the program will have, and says which of program and directory is missing.</summary>
internal static class ProgramResolver
{
    private const string DefaultPath = "/usr/local/bin:/usr/bin:/bin";

    public static ContainmentSpec Resolve(ContainmentSpec spec)
    {
        string directory = Path.GetFullPath(spec.WorkingDirectory);
        if (!Directory.Exists(directory))
        {
            throw new LaunchFailedException(
                LaunchStage.WorkingDirectory, $"The working directory {directory} does not exist. Create it or name another.", directory);
        }

        if (spec.Input == InputMode.File)
        {
            InputFile.Check(spec.InputFile!);
        }

        return spec with { WorkingDirectory = directory, Program = Find(spec, directory) };
    }

    private static string Find(ContainmentSpec spec, string directory)
    {
        if (spec.Program.Contains('/', StringComparison.Ordinal))
        {
            // A relative path counts from the program's working directory, as the shell would have it after cd.
            string path = Path.GetFullPath(spec.Program, directory);
            return Directory.Exists(path) || (File.Exists(path) && !IsExecutable(path)) ? throw NotExecutable(path)
                : File.Exists(path) ? path
                : throw Missing(path, $"The program {path} does not exist. Check the path.");
        }

        string search = spec.Environment.GetValueOrDefault("PATH", DefaultPath);
        string? denied = null;
        foreach (string entry in search.Split(':'))
        {
            string path = Path.GetFullPath(Path.Combine(entry.Length == 0 ? "." : entry, spec.Program), directory);
            if (File.Exists(path))
            {
                if (IsExecutable(path))
                {
                    return path;
                }

                denied ??= path;
            }
        }

        throw denied is not null ? NotExecutable(denied)
            : Missing(spec.Program, $"The program {spec.Program} is in no directory of PATH ({search}). Install it, or give its path.");
    }

    private static bool IsExecutable(string path) => Libc.Access(path, Libc.AccessExecute) == 0;

    private static LaunchFailedException Missing(string path, string message) => new(LaunchStage.ProgramMissing, message, path);

    private static LaunchFailedException NotExecutable(string path) =>
        new(LaunchStage.ProgramNotExecutable, $"{path} may not be executed. Make it executable (chmod +x), or name a program.", path);
}
