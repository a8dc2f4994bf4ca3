using System.Globalization;

namespace WorkflowLifecycle.Benchmarks.Figures;

/// <summary>Prints figures as a Markdown table, each as soon as it is known.</summary>
internal static class FigureTable
{
    public static void Begin()
    {
        Console.WriteLine("| figure | measured | median | 95 % interval | target | verdict |");
        Console.WriteLine("|---|---|---|---|---|---|");
    }

    public static void Add(Figure figure)
    {
        string target = double.IsInfinity(figure.Limit) ? string.Empty : string.Create(CultureInfo.InvariantCulture, $"at most {figure.Limit:0.##} {figure.Unit}");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {figure.Name} | {figure.Detail} | {figure.Value:0.00} {figure.Unit} | {figure.Low:0.00} to {figure.High:0.00} | {target} | {figure.Verdict} |"));
    }
}
