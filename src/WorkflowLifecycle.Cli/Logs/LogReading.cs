using WorkflowLifecycle.Cli.Commands;

namespace WorkflowLifecycle.Cli.Logs;

/// <summary>Prints a run's output files, and goes on until the run is over when asked to.</summary>
internal sealed class LogReading(CliContext context, OpenStore opened, bool raw)
{
    private const int LooksPerRefresh = 5;
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(200);

    public async Task RunAsync(RunRecord run, string directory, bool follow, CancellationToken cancellationToken)
    {
        using RotatedLog output = new(directory, "stdout.log");
        using RotatedLog error = new(directory, "stderr.log");
        Action<ReadOnlySpan<byte>> toOutput = Sink(context.Console.OutIsTerminal, context.Console.Out, context.Console.OpenOut);
        Action<ReadOnlySpan<byte>> toError = Sink(context.Console.ErrorIsTerminal, context.Console.Error, context.Console.OpenError);
        for (int look = 1; ; look++)
        {
            // Whether it is over is asked first: what was written until then is read after it.
            bool isLast = !follow || run.State.IsFinal;
            output.CopyTo(toOutput);
            error.CopyTo(toError);
            if (isLast)
            {
                return;
            }

            await Task.Delay(BetweenLooks, context.Time, cancellationToken).ConfigureAwait(false);
            if (look % LooksPerRefresh == 0)
            {
                run = await opened.FindAsync(run.RunId, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    // A file or a pipe gets the program's own bytes; a terminal would act on them.
    private Action<ReadOnlySpan<byte>> Sink(bool isTerminal, TextWriter writer, Func<Stream> open)
    {
        if (isTerminal && !raw)
        {
            return new TerminalText(writer).Write;
        }

        Stream stream = open();
        return stream.Write;
    }
}
