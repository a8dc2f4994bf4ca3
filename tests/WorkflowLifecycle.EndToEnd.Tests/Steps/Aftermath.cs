using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Spooling;

namespace WorkflowLifecycle.EndToEnd.Tests.Steps;

/// <summary>What a host finds that comes after one that died, and what it makes of it.</summary>
internal sealed class Aftermath(Engine engine, RunId id, OnHostExit policy, int? adoptee)
{
    // How long a run that nobody has to kill may take to be over.
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(10);

    // How long an interrupted kill may take that nobody asks for again: what is left of its grace is in it.
    private static readonly TimeSpan UnaskedLimit = TimeSpan.FromSeconds(20);

    private readonly List<string> _wrong = [];

    // The kill that was under way.
    private KillRecord? _interrupted;
    private KillId? _spooled;
    private bool _wasForgotten;

    /// <summary>
    /// Brings the run to its end: first as a host does it that only comes, and where the policy lets the tree go on, by a kill of its own.
    /// </summary>
    public async Task RecoverAsync()
    {
        await engine.Store.InitializeAsync();
        RunRecord? seen = await engine.Store.FindRunAsync(id);
        _interrupted = seen?.KillId is { } killId ? await engine.Store.FindKillAsync(killId) : null;
        _spooled = new EmergencySpool(engine.Room.RuntimeDirectory).Read().Entries.Select(entry => SpooledKillJson.Read(entry.Payload)).FirstOrDefault()?.Kill.KillId;
        await engine.Hosted.StartAsync(CancellationToken.None);
        if (seen is null)
        {
            _wasForgotten = true;
            await engine.Registry.SearchAsync(new RunQuery());
            return;
        }

        bool goesOn = (policy == OnHostExit.Keep || adoptee is not null) && _interrupted is not { IsOpen: true } && _spooled is null;
        if (goesOn && await engine.RowAsync(id) is { State.IsFinal: false } adopted)
        {
            Expect(IsTreeAlive(adopted), $"the run is {adopted.State}, and its tree is gone");
            await engine.Kills.KillAsync(id, Engine.Emergency());
            return;
        }

        await ResumeAsync();
    }

    /// <summary>Looks at everything.</summary>
    public async Task<IReadOnlyList<string>> CheckAsync(bool isProven)
    {
        await new AftermathCheck(engine, id, isProven, _wrong).RunAsync(_interrupted, _spooled, _wasForgotten, adoptee);
        return _wrong;
    }

    private async Task ResumeAsync()
    {
        bool isKill = _interrupted is { IsOpen: true } || _spooled is not null;
        if (await Wait.TryUntilAsync(async () => (await engine.RowAsync(id)).State.IsFinal, isKill ? UnaskedLimit : EndLimit))
        {
            return;
        }

        Expect(!isKill, "the kill did not go on until it was asked for again");
        KillMode mode = _interrupted?.Mode ?? KillMode.Emergency;
        KillReport report = await engine.Kills.KillAsync(id, mode == KillMode.Emergency ? Engine.Emergency() : Engine.Graceful(seconds: 0.3));
        Expect(_interrupted is null || report.KillId == _interrupted.KillId, $"kill {_interrupted?.KillId} was on record, and {report.KillId} was carried out");
    }

    private bool IsTreeAlive(RunRecord run) => adoptee is { } pid
        ? ProcessEntry.IsAlive(pid)
        : ProcessEntry.StandingIn(engine.Room.Path).Any(entry => !entry.IsZombie && entry.Pid != run.Containment!.Shim?.Pid);

    private void Expect(bool condition, string otherwise)
    {
        if (!condition)
        {
            _wrong.Add(otherwise);
        }
    }
}
