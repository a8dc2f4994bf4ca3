namespace WorkflowLifecycle.Processes.Linux.Working;

/// <summary>Reads what a git process was told to do.</summary>
internal static class GitCommand
{
    private const string Git = "git";
    private const string Prefix = "git-";

    private static readonly HashSet<string> _optionsWithValue = new(StringComparer.Ordinal)
    {
        "-C", "-c", "--git-dir", "--work-tree", "--namespace", "--super-prefix", "--config-env", "--attr-source", "--shallow-file",
    };

    // What asks for these does not run the command that follows.
    private static readonly HashSet<string> _questions = new(StringComparer.Ordinal)
    {
        "-h", "--help", "-v", "--version", "--html-path", "--man-path", "--info-path", "--exec-path",
    };

    // What changes no repository, or serves others and never ends. What is not known here is taken for writing: an alias may do anything.
    private static readonly HashSet<string> _reading = new(StringComparer.Ordinal)
    {
        "annotate", "archive", "blame", "cat-file", "check-attr", "check-ignore", "check-mailmap", "check-ref-format", "cherry", "citool", "column",
        "count-objects", "daemon", "describe", "diff", "diff-files", "diff-index", "diff-tree", "difftool", "fast-export", "fmt-merge-msg",
        "for-each-ref", "for-each-repo", "fsck", "fsmonitor--daemon", "get-tar-commit-id", "grep", "gui", "help", "http-backend", "instaweb", "log",
        "ls-files", "ls-remote", "ls-tree", "merge-base", "merge-tree", "name-rev", "patch-id", "range-diff", "request-pull", "rev-list", "rev-parse",
        "shell", "shortlog", "show", "show-branch", "show-index", "show-ref", "status", "stripspace", "upload-archive", "upload-pack", "var",
        "verify-commit", "verify-pack", "verify-tag", "version", "web--browse", "whatchanged",
    };

    /// <summary>Whether a program of that name belongs to git.</summary>
    public static bool IsGit(string name) => name == Git || name.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>The command that changes a repository, such as <c>push</c>; null when there is none.</summary>
    /// <param name="name">The kernel's name of the process.</param>
    /// <param name="arguments">Its command line.</param>
    public static string? FindWriting(string name, IReadOnlyList<string> arguments)
    {
        string? command = Find(name, arguments);
        return command is null || _reading.Contains(command) || command.StartsWith("credential", StringComparison.Ordinal) ? null : command;
    }

    private static string? Find(string name, IReadOnlyList<string> arguments)
    {
        string program = Path.GetFileName(arguments[0]);
        if (program == Git)
        {
            return AfterOptions(arguments);
        }

        // A command of its own, as a program or as a script behind its interpreter; the kernel cuts names at 15 bytes.
        string? own = arguments.Take(2).Select(Path.GetFileName).FirstOrDefault(argument => argument!.StartsWith(Prefix, StringComparison.Ordinal));
        return own is not null ? own[Prefix.Length..] : name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..] : AfterOptions(arguments);
    }

    private static string? AfterOptions(IReadOnlyList<string> arguments)
    {
        for (int at = 1; at < arguments.Count; at++)
        {
            string argument = arguments[at];
            if (_questions.Contains(argument))
            {
                return null;
            }

            if (!argument.StartsWith('-'))
            {
                return argument;
            }

            at += _optionsWithValue.Contains(argument) ? 1 : 0;
        }

        return null;
    }
}
