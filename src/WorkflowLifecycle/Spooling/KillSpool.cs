using Microsoft.Extensions.Logging;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Steps;
using WorkflowLifecycle.Telemetry;

namespace WorkflowLifecycle.Spooling;

/// <summary>Where the intents and outcomes of kills go that the store does not take.</summary>
internal sealed class KillSpool(IProcessStore store, StepWriter steps, IContainmentPlatform platform, TimeProvider timeProvider, ILogger<KillSpool> logger)
{
    private readonly Lazy<EmergencySpool> _files = new(() => new EmergencySpool(platform.RuntimeRoot));

    public string Path => _files.Value.Path;

    /// <summary>Allocates it, so that it has room when nothing else has.</summary>
    public void Prepare()
    {
        if (_files.Value.Prepare() is { } problem)
        {
            Log.SpoolNotReady(logger, Path, problem);
        }
    }

    /// <summary>Puts an intent on stable storage.</summary>
    /// <exception cref="StoreUnavailableException">Not even that could be done; nothing was signalled.</exception>
    public void WriteIntent(RunRecord run, KillRecord kill, string ground, int processes)
    {
        try
        {
            SpooledKill intent = Describe(run, kill, ground, processes);
            steps.Take(PersistedStep.IntentSpooled, () => Append(intent));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new StoreUnavailableException(
                $"Neither the store nor the emergency spool {Path} takes the intent of the kill; nothing was signalled. {exception.Message} Free disk space.", exception);
        }
    }

    /// <summary>Puts an outcome there. Does not throw: what was done was done.</summary>
    /// <returns>False when it is not there.</returns>
    public bool TryWriteOutcome(RunRecord run, KillRecord kill, string ground, KillReport report, bool sentKill)
    {
        try
        {
            SpooledKill outcome = Describe(run, kill, ground, report.ProcessesBefore.Count) with { Report = report, SentKill = sentKill };
            steps.Take(PersistedStep.OutcomeSpooled, () => Append(outcome));
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            Log.OutcomeNotSpooled(logger, kill.KillId, run.RunId, exception.Message);
            return false;
        }
    }

    /// <summary>All there is, whatever store it is for.</summary>
    public SpoolContent Read() => _files.Value.Read();

    /// <summary>The stores that entries wait for, each once.</summary>
    public static IReadOnlyList<string> StoresOf(SpoolContent content) =>
        [.. content.Entries.Select(entry => SpooledKillJson.Read(entry.Payload)?.Store ?? "a newer version").Distinct(StringComparer.Ordinal)];

    /// <summary>Kills whose last word there is that they are not confirmed.</summary>
    public static IReadOnlyList<UnconfirmedKill> UnconfirmedIn(SpoolContent content) =>
    [
        .. content.Entries.Select(entry => SpooledKillJson.Read(entry.Payload)).OfType<SpooledKill>().Where(kill => kill.Report is not null)
            .GroupBy(kill => kill.Kill.KillId).Select(kill => kill.Last()).Where(kill => kill.Report!.Outcome == KillOutcome.KillUnconfirmed)
            .Select(kill => new UnconfirmedKill { RunId = kill.Kill.RunId, KillId = kill.Kill.KillId, Since = kill.Kill.RequestedAt }),
    ];

    /// <summary>What is for the store of this process, oldest first.</summary>
    public IReadOnlyList<(SpoolEntry Entry, SpooledKill Kill)> ReadOwn()
    {
        List<(SpoolEntry, SpooledKill)> own = [];
        foreach (SpoolEntry entry in Read().Entries)
        {
            if (SpooledKillJson.Read(entry.Payload) is { } kill && kill.Store == store.Location)
            {
                own.Add((entry, kill));
            }
        }

        return own;
    }

    public void Settle(IReadOnlyList<SpoolEntry> entries) => steps.Take(PersistedStep.SpoolSettled, () => _files.Value.Settle(entries));

    public IDisposable? TryBeginMerge() => _files.Value.TryBeginMerge();

    private void Append(SpooledKill kill) => _files.Value.Append(SpooledKillJson.Write(kill).Span, timeProvider.GetUtcNow());

    private SpooledKill Describe(RunRecord run, KillRecord kill, string ground, int processes) => new()
    {
        Store = store.Location,
        Kill = kill,
        InternalId = run.InternalId,
        Ground = ground,
        Processes = processes,
        Strength = (run.Containment?.Strength ?? ContainmentStrength.BestEffort).ToString(),
    };
}
