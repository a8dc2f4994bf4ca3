using System.Text;

namespace WorkflowLifecycle.Cli.Terminal;

/// <summary>The three standard streams, and what is known about who is at their other end. Data goes to Out, messages to Error.</summary>
internal sealed class CliConsole
{
    private const int DefaultWidth = 80;

    public required TextReader In { get; init; }

    public required TextWriter Out { get; init; }

    public required TextWriter Error { get; init; }

    /// <summary>Standard output as bytes, for what programs wrote. Writing to it throws when its reader is gone.</summary>
    public required Func<Stream> OpenOut { get; init; }

    /// <summary>Standard error as bytes, likewise.</summary>
    public required Func<Stream> OpenError { get; init; }

    public bool InIsTerminal { get; init; }

    public bool OutIsTerminal { get; init; }

    public bool ErrorIsTerminal { get; init; }

    /// <summary>Standard output is a terminal that colour is wanted on.</summary>
    public bool UsesColor { get; init; }

    /// <summary>Standard error is a terminal on which a line may be written anew.</summary>
    public bool RewritesError { get; init; }

    /// <summary>Measures the window. Not before somebody asks: the runtime readies the terminal for that, and writes to it.</summary>
    public Func<int> MeasureWidth { get; init; } = static () => DefaultWidth;

    public int Width => MeasureWidth();

    /// <summary>True when somebody can be asked: the question is read on standard error and answered on standard input.</summary>
    public bool CanAsk => InIsTerminal && ErrorIsTerminal;

    /// <summary>The streams of this process.</summary>
    public static CliConsole OfProcess(Func<string, string?> environment)
    {
        bool outIsTerminal = !Console.IsOutputRedirected;
        return new CliConsole
        {

            // Not Console.In, which reads a terminal key by key: a line is edited as the terminal does it.
            In = new StreamReader(Console.OpenStandardInput()),
            Out = Writer(Console.OpenStandardOutput()),
            Error = Writer(Console.OpenStandardError()),
            OpenOut = () => StandardStream.Open(StandardStream.Output),
            OpenError = () => StandardStream.Open(StandardStream.Error),
            InIsTerminal = !Console.IsInputRedirected,
            OutIsTerminal = outIsTerminal,
            ErrorIsTerminal = !Console.IsErrorRedirected,
            UsesColor = outIsTerminal && WantsColor(environment),
            RewritesError = !Console.IsErrorRedirected && WantsColor(environment),
            MeasureWidth = outIsTerminal ? WindowWidth : static () => DefaultWidth,
        };
    }

    /// <summary>A message: what happened, for people.</summary>
    public void Say(string message) => Error.WriteLine(SafeText.Show(message));

    /// <summary>See https://no-color.org: any value but the empty one asks for none.</summary>
    internal static bool WantsColor(Func<string, string?> environment) =>
        string.IsNullOrEmpty(environment("NO_COLOR")) && environment("TERM") is { Length: > 0 } and not "dumb";

    private static StreamWriter Writer(Stream stream) =>
        new(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true };

    private static int WindowWidth()
    {
        try
        {
            return Console.WindowWidth > 0 ? Console.WindowWidth : DefaultWidth;
        }
        catch (IOException)
        {
            return DefaultWidth;
        }
    }
}
