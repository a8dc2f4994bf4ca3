using System.Globalization;
using System.Security.Cryptography;

namespace WorkflowLifecycle.Registry;

/// <summary>The runs of the store in memory, in the order of their insertion. Not thread-safe: the store locks.</summary>
internal sealed class InMemoryRuns
{
    private readonly Dictionary<RunId, int> _places = [];
    private readonly List<RunRecord?> _rows = [];
    private readonly string _store = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));

    public RunRecord? Find(RunId runId) => _places.TryGetValue(runId, out int place) ? _rows[place] : null;

    public bool IsCurrent(RunRecord run) => Find(run.RunId)?.Version == run.Version;

    public RunRecord Insert(RunRecord run)
    {
        RunRecord written = Own(run) with { Version = 1 };
        _places.Add(run.RunId, _rows.Count);
        _rows.Add(written);
        return written;
    }

    public RunRecord Update(RunRecord run)
    {
        RunRecord written = Own(run) with { Version = run.Version + 1 };
        _rows[_places[run.RunId]] = written;
        return written;
    }

    /// <summary>Those in a final state, by when they ended, with their places.</summary>
    public IEnumerable<(RunRecord Run, DateTimeOffset EndedAt, int Place)> Ended() =>
        _rows.Select((run, place) => (Run: run, Place: place))
            .Where(row => row.Run is { State.IsFinal: true })
            .Select(row => (row.Run!, EndedAt: row.Run!.EndedAt ?? row.Run.CreatedAt, row.Place))
            .OrderBy(row => row.EndedAt).ThenBy(row => row.Place);

    public bool HasUnfinishedChild(RunId runId) => _rows.Any(row => row is { State.IsFinal: false } && row.ParentRun == runId);

    /// <summary>Its place stays empty: cursors name places.</summary>
    public void Remove(RunId runId)
    {
        _places.Remove(runId, out int place);
        _rows[place] = null;
    }

    public RunPage Search(RunQuery query)
    {
        int before = query.Cursor is { } cursor ? Read(cursor) : _rows.Count;
        List<RunRecord> page = [];
        for (int place = Math.Min(before, _rows.Count) - 1; place >= 0; place--)
        {
            if (_rows[place] is not { } row || !Matches(row, query))
            {
                continue;
            }

            if (page.Count == query.Limit)
            {
                // There is a next page, and it goes on below the last row of this one.
                return new RunPage(page, $"{_store}.{_places[page[^1].RunId].ToString(CultureInfo.InvariantCulture)}");
            }

            page.Add(row);
        }

        return new RunPage(page, null);
    }

    private static bool Matches(RunRecord run, RunQuery query) =>
        (query.IncludeFinished || !run.State.IsFinal)
        && (query.Workflow is null || run.Workflow == query.Workflow)
        && (query.Session is null || run.Session == query.Session)
        && (query.Owner is null || run.Owner == query.Owner)
        && (query.ParentRun is null || run.ParentRun == query.ParentRun)
        && (query.States.Count == 0 || query.States.Contains(run.State))
        && (query.CreatedFrom is not { } from || run.CreatedAt >= from)
        && (query.CreatedBefore is not { } end || run.CreatedAt < end)
        && (string.IsNullOrEmpty(query.Text) || HoldsText(run, FoldAscii(query.Text)));

    private static bool HoldsText(RunRecord run, string folded)
    {
        string?[] texts = [run.RunId.Value, run.Workflow, run.Session, run.Owner, run.Program, string.Join(' ', run.Arguments)];
        return texts.Any(text => text is not null && FoldAscii(text).Contains(folded, StringComparison.Ordinal));
    }

    private static string FoldAscii(string text) => string.Create(text.Length, text, static (folded, source) =>
    {
        for (int i = 0; i < folded.Length; i++)
        {
            folded[i] = char.IsAsciiLetterUpper(source[i]) ? (char)(source[i] | 0x20) : source[i];
        }
    });

    // Instants in UTC, and lists that the caller cannot change afterwards.
    private static RunRecord Own(RunRecord run) => run with
    {
        CreatedAt = run.CreatedAt.ToUniversalTime(),
        StartedAt = run.StartedAt?.ToUniversalTime(),
        ReadyAt = run.ReadyAt?.ToUniversalTime(),
        EndedAt = run.EndedAt?.ToUniversalTime(),
        Arguments = [.. run.Arguments],
        Cleaners = [.. run.Cleaners],
        Resources = [.. run.Resources],
        Containment = run.Containment is { } containment ? containment with { OpenExits = [.. containment.OpenExits] } : null,
    };

    private int Read(string cursor)
    {
        string[] parts = cursor.Split('.');
        return parts.Length == 2 && parts[0] == _store && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int place)
            ? place
            : throw new ArgumentException(
                "The cursor is not one of this store's. Pass the cursor of a page as it came, or none for the first page.", nameof(cursor));
    }
}
