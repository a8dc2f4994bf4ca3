namespace WorkflowLifecycle.Cli.Json;

/// <summary>What was cleaned at the ends of runs.</summary>
internal sealed record CleanupFiguresEntry(int Ends, int EndsWithoutDebts, double EndsShare, int Lines, int CleanLines, double LinesShare)
{
    public static CleanupFiguresEntry Of(CleanupFigures figures) =>
        new(figures.Ends, figures.EndsWithoutDebts, figures.EndsShare, figures.Lines, figures.CleanLines, figures.LinesShare);
}
