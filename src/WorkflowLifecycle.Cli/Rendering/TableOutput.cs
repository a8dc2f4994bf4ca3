using Spectre.Console;
using Spectre.Console.Rendering;

namespace WorkflowLifecycle.Cli.Rendering;

/// <summary>Rows in columns. In a window the last column is cut to fit; elsewhere nothing is cut, so that a pipe gets everything.</summary>
internal sealed class TableOutput(params IReadOnlyList<string> headers)
{
    private const string Gap = "  ";
    private readonly List<IReadOnlyList<Cell>> _rows = [];

    public void Add(params IReadOnlyList<Cell> cells) => _rows.Add(cells);

    public void Write(CliConsole console)
    {
        if (console.OutIsTerminal)
        {
            WriteToWindow(console);
        }
        else
        {
            WritePlain(console.Out);
        }
    }

    private void WriteToWindow(CliConsole console)
    {
        int last = headers.Count - 1;
        int others = Enumerable.Range(0, last).Sum(i => _rows.Select(row => Cells(row[i].Text)).Append(headers[i].Length).Max() + Gap.Length);
        int left = Math.Max(console.Width - others, headers[last].Length);
        Table table = new() { Border = TableBorder.None, ShowHeaders = true };
        for (int i = 0; i < headers.Count; i++)
        {
            table.AddColumn(new TableColumn(new Text(headers[i], new Style(decoration: Decoration.Bold)))
            {
                NoWrap = true,
                Padding = new Padding(0, 0, i == last ? 0 : Gap.Length, 0),
            });
        }

        foreach (IReadOnlyList<Cell> row in _rows)
        {
            table.AddRow(row.Select((cell, i) => new Text(i == last ? Cut(cell.Text, left) : cell.Text, cell.Style ?? Style.Plain)));
        }

        AnsiOutput.On(console).Write(table);
    }

    private static string Cut(string text, int width) =>
        Cells(text) <= width ? text : string.Concat(Segment.Truncate([new Segment(text)], width - 1).Select(segment => segment.Text)) + "\u2026";

    // A character may take two columns of a window, or none.
    private static int Cells(string text) => Segment.CellCount([new Segment(text)]);

    private void WritePlain(TextWriter writer)
    {
        int[] widths = [.. headers.Select((header, i) => _rows.Select(row => row[i].Text.Length).Append(header.Length).Max())];
        WritePlain(writer, headers, widths);
        foreach (IReadOnlyList<Cell> row in _rows)
        {
            WritePlain(writer, [.. row.Select(cell => cell.Text)], widths);
        }
    }

    private static void WritePlain(TextWriter writer, IReadOnlyList<string> texts, int[] widths) =>
        writer.WriteLine(string.Join(Gap, texts.Select((text, i) => text.PadRight(widths[i]))).TrimEnd());
}
