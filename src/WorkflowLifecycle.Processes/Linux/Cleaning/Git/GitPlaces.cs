using WorkflowLifecycle.Processes.Linux.Working;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.Git;

/// <summary>The repositories of a run: that of its working directory, and those below it.</summary>
/// <param name="levelsBelow">How deep they are looked for.</param>
internal sealed class GitPlaces(int levelsBelow)
{
    private const int MostDirectories = 2000;
    private const int MostPlaces = 50;

    // Where nobody works by hand, and there are thousands.
    private static readonly string[] _leftOut = [".git", "node_modules"];

    private static readonly EnumerationOptions _plain = new() { IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint, MatchType = MatchType.Simple };

    private readonly Dictionary<string, GitPlace> _found = new(StringComparer.Ordinal);
    private int _left = MostDirectories;

    /// <summary>True when there was more than is looked through.</summary>
    public bool IsCut => _left <= 0 || _found.Count >= MostPlaces;

    public IReadOnlyCollection<GitPlace> Find(string workDirectory, CancellationToken cancellationToken)
    {
        if (WorkPath.OfDirectory(workDirectory) is { } directory)
        {
            Add(GitPlaceReader.FindFrom(directory));
            Walk(directory, levelsBelow, cancellationToken);
        }

        return _found.Values;
    }

    private void Walk(string directory, int levels, CancellationToken cancellationToken)
    {
        foreach (string below in levels == 0 ? [] : List(directory))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (--_left <= 0 || _found.Count >= MostPlaces)
            {
                return;
            }

            Add(GitPlaceReader.FindAt(below));
            Walk(below, levels - 1, cancellationToken);
        }
    }

    private void Add(GitPlace? place)
    {
        if (place is not null)
        {
            _found.TryAdd(place.Directory, place);
        }
    }

    private static string[] List(string directory)
    {
        try
        {
            return
            [
                .. Directory.EnumerateDirectories(directory, "*", _plain).Where(static path => !_leftOut.Contains(Path.GetFileName(path), StringComparer.Ordinal)).Take(MostDirectories),
            ];
        }
        catch (DirectoryNotFoundException)
        {
            // Gone since it was seen, as other runs' directories go, and what was in it with it. What cannot be listed is another user's: the run's own it was not.
            return [];
        }
    }
}
