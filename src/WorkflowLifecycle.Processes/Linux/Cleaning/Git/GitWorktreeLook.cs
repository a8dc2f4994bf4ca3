using System.Globalization;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Working;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.Git;

/// <summary>
/// Finds out whether a worktree holds work that would be lost with it. Git has to be asked, and the repository's configuration names programs that git
/// runs: so it is asked with a repository directory of our own, which has a copy of the worktree's state, the objects and references of the
/// repository, and a configuration that names nothing.
/// </summary>
internal static class GitWorktreeLook
{
    private const int MostOutput = 64 * 1024 * 1024;
    private const long MostCopied = 1L << 30;
    private const int LongestError = 200;
    private const int LongestHash = 64;

    private static readonly DateTime _longAgo = DateTime.UnixEpoch.AddSeconds(1);

    private static readonly string[] _copied = ["HEAD", "index"];
    private static readonly string[] _copiedOfShared = ["info/exclude", "shallow"];
    private static readonly string[] _linked = ["objects", "refs", "packed-refs"];

    /// <summary>Why it has to stay; null when nothing would be lost.</summary>
    /// <exception cref="IOException">Git can't tell.</exception>
    public static async Task<string?> FindWorkAsync(string git, GitPlace place, CancellationToken cancellationToken)
    {
        string own = Directory.CreateTempSubdirectory("wfl-git-").FullName;
        try
        {
            string head = Prepare(own, place);
            if (await RunAsync(git, own, place, ["status", "--porcelain", "-z", "--untracked-files=all", "--ignore-submodules=all", "--no-renames"], cancellationToken).ConfigureAwait(false) is { Length: > 0 } status)
            {
                return $"it has changes that are not committed, as {VisibleText.Of(status.Split('\0')[0], LongestError)}";
            }

            // A submodule is a repository with work of its own.
            string entries = await RunAsync(git, own, place, ["ls-files", "--stage", "-z"], cancellationToken).ConfigureAwait(false);
            if (entries.StartsWith("160000 ", StringComparison.Ordinal) || entries.Contains("\0160000 ", StringComparison.Ordinal))
            {
                return "it has submodules, with work of their own";
            }

            // A branch stays; commits that are on none would not.
            return head.StartsWith("ref: refs/heads/", StringComparison.Ordinal)
                || (await RunAsync(git, own, place, ["for-each-ref", "--count=1", "--contains", "HEAD"], cancellationToken).ConfigureAwait(false)).Length > 0
                    ? null
                    : "it has commits that are on no branch";
        }
        finally
        {
            Directory.EnumerateFiles(own, "*", SearchOption.TopDirectoryOnly).Concat(Directory.EnumerateFiles(Path.Combine(own, "info"))).ToList().ForEach(File.Delete);
            _linked.Select(name => Path.Combine(own, name)).ToList().ForEach(File.Delete);
            Directory.Delete(Path.Combine(own, "info"));
            Directory.Delete(own);
        }
    }

    private static string Prepare(string own, GitPlace place)
    {
        Directory.CreateDirectory(Path.Combine(own, "info"));
        foreach (string name in _copied.Concat(Directory.EnumerateFiles(place.Directory, "sharedindex.*").Select(Path.GetFileName).Take(2))!)
        {
            Copy(Path.Combine(place.Directory, name!), Path.Combine(own, name!));
        }

        foreach (string name in _copiedOfShared)
        {
            Copy(Path.Combine(place.Shared, name), Path.Combine(own, name));
        }

        foreach (string name in _linked)
        {
            File.CreateSymbolicLink(Path.Combine(own, name), Path.Combine(place.Shared, name));
        }

        string headFile = Path.Combine(own, "HEAD");
        string head = File.Exists(headFile) ? File.ReadAllText(headFile).Trim() : throw new IOException("it has no HEAD");
        bool isLong = head.Length == LongestHash && head.All(char.IsAsciiHexDigitLower);
        File.WriteAllText(Path.Combine(own, "config"), string.Create(CultureInfo.InvariantCulture, $"[core]\n\trepositoryformatversion = {(isLong ? 1 : 0)}\n\tbare = false\n{(isLong ? "[extensions]\n\tobjectformat = sha256\n" : "")}"));
        return head;
    }

    // What is no regular file, or cannot be opened at once, is left out: git then says what it misses.
    private static void Copy(string from, string to)
    {
        using FileDescriptor? file = UntrustedFile.Open(from);
        if (file is null)
        {
            return;
        }

        using FileStream source = new($"/proc/self/fd/{file.Number}", FileMode.Open, FileAccess.Read);
        if (source.Length > MostCopied)
        {
            throw new IOException($"{from} has {source.Length} bytes");
        }

        using (FileStream target = new(to, FileMode.CreateNew, FileAccess.Write))
        {
            source.CopyTo(target);
        }

        // Git compares whole seconds, and looks into a file only where its index is not newer than the file: a copy is newer than all of them, and a
        // change within the second of the last commit would not be seen. An index from long ago has git look into every file.
        File.SetLastWriteTimeUtc(to, _longAgo);
    }

    private static async Task<string> RunAsync(string git, string own, GitPlace place, string[] arguments, CancellationToken cancellationToken)
    {
        Dictionary<string, string> environment = new(StringComparer.Ordinal)
        {
            ["PATH"] = "/usr/bin:/bin",
            ["HOME"] = own,
            ["LC_ALL"] = "C",
            ["GIT_DIR"] = own,
            ["GIT_WORK_TREE"] = place.WorkTree,
            ["GIT_CONFIG_NOSYSTEM"] = "1",
            ["GIT_CONFIG_GLOBAL"] = "/dev/null",
            ["GIT_ATTR_NOSYSTEM"] = "1",
            ["GIT_OPTIONAL_LOCKS"] = "0",
            ["GIT_NO_LAZY_FETCH"] = "1",
            ["GIT_TERMINAL_PROMPT"] = "0",
        };
        (int exitCode, string output, string error) = await BoundedCommand.RunAsync(git, ["--no-optional-locks", "--no-pager", .. arguments], environment, MostOutput, cancellationToken).ConfigureAwait(false);
        return exitCode == 0 ? output : throw new IOException($"git cannot tell what is in it: {VisibleText.Of(error, LongestError)}");
    }
}
