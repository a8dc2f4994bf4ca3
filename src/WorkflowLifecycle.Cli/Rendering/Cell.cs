using Spectre.Console;

namespace WorkflowLifecycle.Cli.Rendering;

/// <summary>A piece of a table: text already made harmless, and how it looks in colour.</summary>
internal sealed record Cell
{
    private Cell(string text, Style? style)
    {
        Text = text;
        Style = style;
    }

    public string Text { get; }

    public Style? Style { get; }

    /// <summary>Any text; what others wrote becomes harmless here, so that no table can forget to.</summary>
    public static Cell Of(string? text, Style? style = null) => new(string.IsNullOrEmpty(text) ? "-" : SafeText.Show(text), style);
}
