using Spectre.Console;

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
        Table table = new() { Border = TableBorder.None, ShowHeaders = true };
        for (int i = 0; i < headers.Count; i++)
        {
            bool isLast = i == headers.Count - 1;
            table.AddColumn(new TableColumn(new Text(headers[i], new Style(decoration: Decoration.Bold)))
            {
                NoWrap = true,
                Padding = new Padding(0, 0, isLast ? 0 : Gap.Length, 0),
            });
        }

        foreach (IReadOnlyList<Cell> row in _rows)
        {
            table.AddRow(row.Select((cell, i) => new Text(cell.Text, cell.Style ?? Style.Plain)
            {
                Overflow = i == headers.Count - 1 ? Overflow.Ellipsis : Overflow.Fold,
            }));
        }

        AnsiOutput.On(console).Write(table);
    }

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
