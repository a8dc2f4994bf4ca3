using WorkflowLifecycle.Benchmarks.Trees;

namespace WorkflowLifecycle.Benchmarks.Figures;

/// <summary>Every figure that has a target, measured in one run, interleaved with what it is held against. Exit code 1 when one is missed.</summary>
internal static class FiguresCommand
{
    private const int Rounds = 21;
    private const int IdleRuns = 1_000;

    public static async Task<int> RunAsync(IReadOnlyList<string> wanted)
    {
        using TreeRoom room = await TreeRoom.OpenAsync();
        Dictionary<string, Func<IAsyncEnumerable<Figure>>> groups = new(StringComparer.Ordinal)
        {
            ["ending"] = () => EndingFigures.MeasureAsync(room, Rounds),
            ["graceful"] = () => GracefulFigures.MeasureAsync(room, Rounds),
            ["crowd"] = () => CrowdFigures.MeasureAsync(room, Rounds),
            ["launch"] = () => LaunchFigures.MeasureAsync(room, Rounds),
            ["evidence"] = () => EvidenceFigures.MeasureAsync(room, Rounds),
            ["deleting"] = () => DeletingFigures.MeasureAsync(room),
            ["footprint"] = () => FootprintFigures.MeasureAsync(room, IdleRuns),
        };
        if (wanted.FirstOrDefault(name => !groups.ContainsKey(name)) is { } unknown)
        {
            await Console.Error.WriteLineAsync($"There is no group '{unknown}'. Groups: {string.Join(", ", groups.Keys)}.");
            return 2;
        }

        int missed = 0;
        FigureTable.Begin();
        foreach (string name in wanted.Count > 0 ? wanted : [.. groups.Keys])
        {
            await foreach (Figure figure in groups[name]())
            {
                FigureTable.Add(figure);
                missed += figure.Verdict == "MISSED" ? 1 : 0;
            }
        }

        return missed == 0 ? 0 : 1;
    }
}
