using System.CommandLine;
using WorkflowLifecycle.Cli.Json;

namespace WorkflowLifecycle.Cli.Commands;

/// <summary>Prints figures over a span of time.</summary>
internal static class StatsCommand
{
    public static Command Create(CliContext context)
    {
        Option<string> since = new("--since") { Description = "From how long ago on: 30d, 12h, 90m.", HelpName = "TIME", DefaultValueFactory = _ => "30d" };
        Option<bool> json = SharedOptions.Json();
        Verb verb = new("stats", "Print what was stuck, how long kills took, what was cleaned, and which kills the audit lacks.")
        {
            Details =
            [
                "Runs that ended since then, and those that are not over; kills that were asked for since then. Times are UTC.",
                "Stuck: longer than 30 minutes until it was ready, whatever became of it.",
            ],
            Examples = ["workflowctl stats", "workflowctl stats --since 7d --json | jq .stuckRuns"],
        };
        verb.Add(since);
        verb.Add(json);
        verb.SetAction((parsed, token) => ExecuteAsync(context, parsed, SpanOption.Parse(since.Name, parsed.GetValue(since)!), parsed.GetValue(json), token));
        return verb;
    }

    private static async Task<int> ExecuteAsync(CliContext context, ParseResult parsed, TimeSpan span, bool asJson, CancellationToken token)
    {
        LifecycleStatistics figures = await ReadAsync(context, parsed, span, token).ConfigureAwait(false);
        if (asJson)
        {
            JsonOutput.Write(context.Console.Out, StatsDocument.Of(figures), CliJsonContext.Default.StatsDocument);
        }
        else
        {
            StatsText.Write(context.Console.Out, figures);
        }

        return ExitCodes.Ok;
    }

    private static async Task<LifecycleStatistics> ReadAsync(CliContext context, ParseResult parsed, TimeSpan span, CancellationToken token)
    {
        DateTimeOffset now = context.Time.GetUtcNow();
        OpenStore? opened = await OpenStore.IfThereAsync(context, parsed, StoreUse.Look, token).ConfigureAwait(false);
        if (opened is null)
        {
            return new LifecycleStatistics { Since = now - span, Until = now, Cleanup = new CleanupFigures() };
        }

        await using (opened.ConfigureAwait(false))
        {
            return await opened.Session.Statistics.ReadAsync(new StatisticsQuery { Since = now - span }, token).ConfigureAwait(false);
        }
    }
}
