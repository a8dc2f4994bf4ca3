using System.Diagnostics;

namespace WorkflowLifecycle.EndToEnd.Tests.Shutdown;

/// <summary>A repository of a test, made and checked with the real git.</summary>
internal sealed class GitRepository
{
    private GitRepository(string path) => Path = path;

    public string Path { get; }

    /// <summary>Lock files that are left in it.</summary>
    public IReadOnlyList<string> Locks => [.. Directory.EnumerateFiles(System.IO.Path.Combine(Path, ".git"), "*.lock", SearchOption.AllDirectories)];

    public static async Task<GitRepository> CreateAsync(string path)
    {
        Directory.CreateDirectory(path);
        GitRepository repository = new(path);
        await repository.RunAsync("init", "-q", "-b", "main");
        await repository.RunAsync("config", "user.name", "A Test");
        await repository.RunAsync("config", "user.email", "test@example.invalid");
        await repository.RunAsync("config", "gc.auto", "0");
        await File.WriteAllTextAsync(System.IO.Path.Combine(path, "file"), "0\n");
        await repository.RunAsync("add", "file");
        await repository.RunAsync("commit", "-q", "-m", "0");
        return repository;
    }

    /// <summary>Runs git there.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public async Task<string> RunAsync(params string[] arguments)
    {
        (int exitCode, string output) = await TryAsync(arguments);
        return exitCode == 0 ? output : throw new InvalidOperationException($"git {string.Join(' ', arguments)}: {exitCode}\n{output}");
    }

    public async Task<(int ExitCode, string Output)> TryAsync(params string[] arguments)
    {
        ProcessStartInfo start = new("git", arguments) { WorkingDirectory = Path, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        start.Environment["GIT_CONFIG_SYSTEM"] = "/dev/null";
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await error);
    }

    /// <summary>What is wrong with it; empty when nothing is. Untracked and uncommitted files are no fault: the loop writes them before it commits.</summary>
    public async Task<IReadOnlyList<string>> FindFaultsAsync()
    {
        List<string> faults = [.. Locks];
        (int exitCode, string output) = await TryAsync("fsck", "--full", "--strict", "--no-dangling");
        if (exitCode != 0 || output.Contains("error", StringComparison.OrdinalIgnoreCase))
        {
            faults.Add($"fsck {exitCode}: {output}");
        }

        (exitCode, output) = await TryAsync("status", "--porcelain");
        if (exitCode != 0)
        {
            faults.Add($"status {exitCode}: {output}");
        }

        // Left behind by a git that was cut off while it wrote an object.
        faults.AddRange(Directory.EnumerateFiles(System.IO.Path.Combine(Path, ".git", "objects"), "tmp_obj_*", SearchOption.AllDirectories));
        return faults;
    }
}
