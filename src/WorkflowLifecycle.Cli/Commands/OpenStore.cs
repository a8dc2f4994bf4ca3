using System.CommandLine;

namespace WorkflowLifecycle.Cli.Commands;

/// <summary>The library on the store that the command line means.</summary>
internal sealed class OpenStore : IAsyncDisposable
{
    private OpenStore(StoreChoice choice, IWorkflowSession session)
    {
        Choice = choice;
        Session = session;
    }

    public StoreChoice Choice { get; }

    public IWorkflowSession Session { get; }

    /// <summary>Opens it to launch into; it is created when it is missing.</summary>
    public static ValueTask<OpenStore> ForLaunchingAsync(CliContext context, ParseResult parsed, CancellationToken cancellationToken) =>
        OpenAsync(context, context.Stores.ForLaunching(parsed.GetValue(SharedOptions.Store)), cancellationToken);

    /// <summary>Opens it to read or kill in; null when there is none yet. Nothing is created.</summary>
    public static async ValueTask<OpenStore?> ForReadingAsync(CliContext context, ParseResult parsed, CancellationToken cancellationToken) =>
        context.Stores.ForReading(parsed.GetValue(SharedOptions.Store)) is { } choice
            ? await OpenAsync(context, choice, cancellationToken).ConfigureAwait(false)
            : null;

    /// <summary>Opens it to look for a run, which is not known where there is no store.</summary>
    /// <exception cref="RunNotFoundException">There is no store yet.</exception>
    public static async ValueTask<OpenStore> ForRunAsync(CliContext context, ParseResult parsed, RunId runId, CancellationToken cancellationToken) =>
        await ForReadingAsync(context, parsed, cancellationToken).ConfigureAwait(false)
        ?? throw new RunNotFoundException(runId, context.Stores.DefaultFile() + " (not there yet)");

    /// <summary>The run's row.</summary>
    /// <exception cref="RunNotFoundException">No such run.</exception>
    public async Task<RunRecord> FindAsync(RunId runId, CancellationToken cancellationToken) =>
        await Session.Registry.FindAsync(runId, cancellationToken).ConfigureAwait(false)
        ?? throw new RunNotFoundException(runId, Choice.File);

    public ValueTask DisposeAsync() => Session.DisposeAsync();

    private static async ValueTask<OpenStore> OpenAsync(CliContext context, StoreChoice choice, CancellationToken cancellationToken) =>
        new(choice, await context.Sessions.OpenAsync(choice, cancellationToken).ConfigureAwait(false));
}
