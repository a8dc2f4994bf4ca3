using System.CommandLine;

namespace WorkflowLifecycle.Cli.Commands;

/// <summary>The options that say what is cleaned at the end of a run, beside what its launch made.</summary>
internal sealed class CleaningOptions
{
    /// <summary>The cleaners that workflowctl has.</summary>
    public static readonly IReadOnlyList<string> Known =
    [
        CleanerNames.Temp, CleanerNames.WorkDirectory, CleanerNames.Git, CleanerNames.SharedMemory, CleanerNames.SystemVIpc,
        CleanerNames.Sockets, CleanerNames.Containers, CleanerNames.LockFiles, CleanerNames.Leaks,
    ];

    private static readonly Dictionary<string, WorkDirectoryPolicy> Policies = new(StringComparer.Ordinal)
    {
        ["keep"] = WorkDirectoryPolicy.Keep,
        ["delete"] = WorkDirectoryPolicy.Delete,
    };

    private readonly Option<string?> _clean = new("--clean")
    {
        Description = $"What is freed at the end, when the tree is proven to be gone: {string.Join(", ", Known)}, comma separated, or all. Only what is provably the run's.",
        HelpName = "WHAT",
    };

    private readonly Option<string?> _workDirectory = new("--work-directory")
    {
        Description = "What becomes of the working directory at the end: keep (default) or delete.",
        HelpName = "WHAT",
    };

    public CleaningOptions()
    {
        _clean.CompletionSources.Add([.. Known, "all"]);
        _workDirectory.CompletionSources.Add([.. Policies.Keys]);
    }

    public Option Clean => _clean;

    public IReadOnlyList<Option> All => [_clean, _workDirectory];

    /// <summary>The request with what the options say.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="named">The working directory as it was written there; null when none was.</param>
    /// <param name="request">What is launched.</param>
    /// <exception cref="CliException">A value is wrong; the option and its rule are named.</exception>
    public LaunchRequest Apply(ParseResult parsed, string? named, LaunchRequest request)
    {
        IReadOnlyList<string> names = Read(parsed);
        string? text = parsed.GetValue(_workDirectory);
        WorkDirectoryPolicy policy = WorkDirectoryPolicy.Keep;
        if (text is not null && !Policies.TryGetValue(text, out policy))
        {
            throw CliException.Usage($"--work-directory is one of {string.Join(", ", Policies.Keys)}, not '{text}'.", "Try: workflowctl run --work-directory delete -- PROGRAM");
        }

        if (policy == WorkDirectoryPolicy.Delete && named is not null && named.Split('/').Contains("..", StringComparer.Ordinal))
        {
            throw CliException.Usage($"--work-directory delete with --workdir '{named}': a path with '..' in it is not deleted.", "Name the directory without: workflowctl run --workdir DIRECTORY --work-directory delete -- PROGRAM");
        }

        return request with
        {
            Cleaners = policy == WorkDirectoryPolicy.Keep || names.Contains(CleanerNames.WorkDirectory, StringComparer.Ordinal) ? names : [.. names, CleanerNames.WorkDirectory],
            WorkDirectory = policy,
        };
    }

    /// <summary>The cleaners that were named.</summary>
    /// <exception cref="CliException">One is not known.</exception>
    public IReadOnlyList<string> Read(ParseResult parsed)
    {
        if (parsed.GetValue(_clean) is not { } text)
        {
            return [];
        }

        string[] names = text.Split(',', StringSplitOptions.TrimEntries);
        return names is ["all"] ? Known
            : names.FirstOrDefault(name => !Known.Contains(name, StringComparer.Ordinal)) is { } unknown
                ? throw CliException.Usage($"--clean: '{unknown}' is none of {string.Join(", ", Known)}.", "Try: workflowctl run --clean temp,git -- PROGRAM")
                : names;
    }
}
