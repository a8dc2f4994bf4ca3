using System.Globalization;
using System.Text;
using WorkflowLifecycle.Processes.Linux.Working;

namespace WorkflowLifecycle.Processes.Linux.Deleting;

/// <summary>What stays of a tree, with the reason: the first few by name, of the rest the number.</summary>
internal sealed class RemainingPaths
{
    private const int MostNamed = 5;
    private const int MostLevels = 12;
    private const int LongestPath = 200;

    private readonly List<string> _named = [];

    public long Count { get; private set; }

    public void Add(WalkedDirectory directory, ReadOnlySpan<byte> name, string why)
    {
        for (WalkedDirectory? level = directory; level is { HasRemains: false }; level = level.Parent)
        {
            level.HasRemains = true;
        }

        Count++;
        if (_named.Count < MostNamed)
        {
            _named.Add($"{PathOf(directory, name)} {why}");
        }
    }

    public override string ToString()
    {
        string named = string.Join("; ", _named);
        return Count > _named.Count ? string.Create(CultureInfo.InvariantCulture, $"{named}; and {Count - _named.Count} more") : named;
    }

    /// <summary>A path below the base, fit to be shown: of a long one its end.</summary>
    public static string PathOf(WalkedDirectory directory, ReadOnlySpan<byte> name)
    {
        List<string> parts = [VisibleText.Of(name, LongestPath)];
        WalkedDirectory? level = directory;
        for (; level?.Parent?.Parent is not null && parts.Count < MostLevels; level = level.Parent)
        {
            parts.Add(Encoding.UTF8.GetString(level.Name.AsSpan(0, level.Name.Length - 1)));
        }

        parts.Reverse();
        string path = VisibleText.Of(string.Join('/', parts.Where(part => part.Length > 0)), int.MaxValue);
        bool isWhole = level?.Parent?.Parent is null && path.Length <= LongestPath;
        string end = path.Length <= LongestPath ? path : path[^LongestPath..];
        return isWhole ? (end.Length > 0 ? end : ".") : "…/" + end;
    }
}
