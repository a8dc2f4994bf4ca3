using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace WorkflowLifecycle.Sqlite;

/// <summary>Turns a query into one statement. What the caller wrote is bound, never part of the statement.</summary>
internal sealed class RunSearch
{
    // The very words of the partial index workflow_processes_unfinished: the planner compares them.
    private const string Unfinished = "state NOT IN ('Exited', 'Killed', 'EndedUnproven', 'LaunchFailed', 'Lost')";

    // Both functions fold and compare bytes: nothing in the text has a meaning of its own. The command line comes last, for it is the dearest.
    private const string HoldsText =
        "(instr(lower(run_id), $text) OR instr(lower(workflow), $text) OR instr(lower(session), $text) OR instr(lower(owner), $text) " +
        "OR instr(lower(program), $text) OR (instr(lower(arguments), $plain) " +
        "AND instr(lower((SELECT group_concat(value, ' ') FROM json_each(arguments))), $text)))";

    private readonly List<string> _conditions = [];
    private readonly List<(string Name, object? Value)> _parameters = [];

    private readonly PageCursor _cursors;
    private readonly int _limit;
    private readonly bool _narrowed;

    /// <exception cref="ArgumentException">The cursor is not one of this store's.</exception>
    public RunSearch(RunQuery query, PageCursor cursors)
    {
        _cursors = cursors;
        _limit = query.Limit;
        _narrowed = !query.IncludeFinished || query.CreatedFrom is not null || query.CreatedBefore is not null;
        if (!query.IncludeFinished)
        {
            _conditions.Add(Unfinished);
        }

        Equal("workflow", query.Workflow);
        Equal("session", query.Session);
        Equal("owner", query.Owner);
        Equal("parent_run", query.ParentRun?.Value);
        if (query.States.Count > 0)
        {
            string[] states = [.. query.States.Select(state => state.Name)];
            Add($"{Column("state")} IN (SELECT value FROM json_each($states))", "$states", JsonSerializer.Serialize(states, SqliteJsonContext.Default.StringArray));
        }

        if (query.CreatedFrom is { } from)
        {
            Add($"{TimeColumn(query)} >= $from", "$from", StoredTime.Write(from));
        }

        if (query.CreatedBefore is { } before)
        {
            Add($"{TimeColumn(query)} < $before", "$before", StoredTime.Write(before));
        }

        if (query.Cursor is { } cursor)
        {
            Add("id < $after", "$after", cursors.Read(cursor));
        }

        if (!string.IsNullOrEmpty(query.Text))
        {
            string text = FoldAscii(query.Text);
            Add(HoldsText, "$text", text);
            _parameters.Add(("$plain", LongestPlainRun(text)));
        }
    }

    public RunPage Run(SqliteSession session)
    {
        StringBuilder sql = new(RunTable.Columns.For(session).Select.Replace("SELECT ", "SELECT id, ", StringComparison.Ordinal));
        if (_conditions.Count > 0)
        {
            sql.Append("WHERE ").AppendJoin(" AND ", _conditions);
        }

        // One more than the page tells whether there is a next one.
        sql.Append(" ORDER BY id DESC LIMIT $limit");
        _parameters.Add(("$limit", _limit + 1));
        List<(long Id, RunRecord Run)> found = session.Query(sql.ToString(), static row => Read(row), [.. _parameters]);
        string? next = found.Count > _limit ? _cursors.Write(found[_limit - 1].Id) : null;
        return new RunPage([.. found.Take(_limit).Select(row => row.Run)], next);
    }

    private static (long Id, RunRecord Run) Read(SqliteDataReader row)
    {
        RowReader read = new(row);
        long id = read.Number();
        return (id, RunTable.Read(ref read));
    }

    private void Equal(string column, string? value)
    {
        if (value is not null)
        {
            Add($"{Column(column)} = ${column}", "$" + column, value);
        }
    }

    // The planner knows nothing of how many rows a name has. The unfinished rows, and those of a span of time, are few: a plus sign keeps it
    // from walking all rows of a workflow or a state instead.
    private string Column(string name) => _narrowed ? "+" + name : name;

    private static string TimeColumn(RunQuery query) => query.IncludeFinished ? "created_at" : "+created_at";

    private void Add(string condition, string name, object value)
    {
        _conditions.Add(condition);
        _parameters.Add((name, value));
    }

    /// <summary>
    /// The longest part of the text that stands in the stored arguments as it is: within one argument, and without a character that JSON
    /// escapes. Looking for it first spares taking the arguments of most rows apart.
    /// </summary>
    private static string LongestPlainRun(string text)
    {
        string longest = string.Empty;
        int start = 0;
        for (int i = 0; i <= text.Length; i++)
        {
            if (i == text.Length || !(char.IsAsciiLetterOrDigit(text[i]) || text[i] is '-' or '_' or '.' or '/' or ':' or '=' or '@'))
            {
                longest = i - start > longest.Length ? text[start..i] : longest;
                start = i + 1;
            }
        }

        return longest;
    }

    private static string FoldAscii(string text) => string.Create(text.Length, text, static (folded, source) =>
    {
        for (int i = 0; i < folded.Length; i++)
        {
            folded[i] = char.IsAsciiLetterUpper(source[i]) ? (char)(source[i] | 0x20) : source[i];
        }
    });
}
