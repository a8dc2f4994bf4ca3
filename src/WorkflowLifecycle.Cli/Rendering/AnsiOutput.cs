using Spectre.Console;

namespace WorkflowLifecycle.Cli.Rendering;

/// <summary>Spectre on our standard output: colour only where it is wanted, and no width limit where there is no window.</summary>
internal static class AnsiOutput
{
    private const int Unlimited = 100_000;

    public static IAnsiConsole On(CliConsole console)
    {
        IAnsiConsole ansi = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(console.Out),
            Ansi = console.UsesColor ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = console.UsesColor ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
        });
        ansi.Profile.Width = console.OutIsTerminal ? console.Width : Unlimited;
        ansi.Profile.Capabilities.Unicode = true;
        return ansi;
    }
}
