using WorkflowLifecycle.Auditing;

namespace WorkflowLifecycle.Tests.Model;

/// <summary>The model: what must hold of the machine, the store and the answers, whatever happened. It knows nothing of how the engine does it.</summary>
internal sealed class Promises(World world)
{
    private readonly Lock _lock = new();
    private readonly List<string> _broken = [];

    // What does not hold at the present look.
    private readonly List<string> _found = [];

    /// <summary>At the instant a commit becomes durable: nobody is said to be gone who is there (P3).</summary>
    public void OnCommitted(StoreCommit commit)
    {
        world.Tell($"on record: {commit.UpdateRun?.State.Name ?? commit.AddRun?.State.Name} {string.Join(' ', commit.Audit.Select(entry => entry.Stage))}");
        if ((commit.UpdateRun ?? commit.AddRun) is { State.IsFinal: true } over && TreeOf(over) is { Processes.Count: > 0 } tree)
        {
            Break($"P3: {over.RunId} is {over.State} on record with {tree.Processes.Count} processes alive");
        }

        if (commit.UpdateRun is { State: var state, Proof: EndProof.None } unproven && state == RunState.Killed)
        {
            Break($"P3: {unproven.RunId} is Killed without a proof");
        }
    }

    /// <summary>Nothing is under way any more.</summary>
    public bool IsCalm() => world.Asks.All(ask => ask.Host.IsDead || ask.Answer.IsCompleted)
        && world.Store.Spooled() == 0
        && world.Store.Kills().All(kill => !kill.IsOpen)
        && world.Machine.Trees.All(tree => tree.Processes.Count == 0 || tree.DiesAt is null)
        && world.Store.Runs().All(run => run.State.IsFinal || TreeOf(run) is { Processes.Count: > 0 } || (run.State == RunState.Launching && world.IsAlive(run.Host)));

    /// <summary>Which promise was not kept; null when all were.</summary>
    public string? Explain()
    {
        _found.Clear();
        foreach (Signalled signal in world.Machine.Signals)
        {
            Require(signal.IsOnRecord, $"P5: {signal.What} to {signal.RunId} without an intent on record ({signal.KillId}): {string.Join(", ", world.Store.Kills().Select(kill => $"{kill.RunId} {kill.KillId} {kill.State}"))}");
            Require(signal.IsOwn, $"P4: {signal.What} of {signal.RunId} hit the tree of {signal.Tree.Spec.RunId}");
        }

        IReadOnlyList<RunRecord> runs = world.Store.Runs();
        foreach (SimulatedTree tree in world.Machine.Trees.Where(tree => tree.Processes.Count > 0))
        {
            Require(runs.Any(run => !run.State.IsFinal && TreeOf(run) == tree), $"P1: the tree of {tree.Spec.RunId} lives, and no open row leads to it");
        }

        foreach (RunRecord run in runs)
        {
            CheckRow(run);
            CheckTrail(run, [.. world.Store.Audit().Where(entry => entry.RunId == run.RunId)]);
        }

        foreach (KillRecord kill in world.Store.Kills())
        {
            Require(!kill.IsOpen, $"P6: {kill.KillId} of {kill.RunId} was begun and is {kill.State} for ever");
        }

        Require(world.Store.Spooled() == 0, $"P5: {world.Store.Spooled()} entries never come on record from the spool");
        foreach (Ask ask in world.Asks.Where(ask => !ask.Host.IsDead))
        {
            CheckAnswer(ask);
        }

        lock (_lock)
        {
            return _broken.Concat(world.Machine.Violations).Concat(_found).FirstOrDefault();
        }
    }

    private void CheckRow(RunRecord run)
    {
        bool isThere = TreeOf(run) is { Processes.Count: > 0 };
        bool mayBeOpen = isThere || world.IsAlive(run.Host);
        Require(run.State.IsFinal || mayBeOpen, $"P6: {run.RunId} is {run.State}, its host is dead and nobody of it is there");
        bool isOwed = world.Store.Debts().Any(debt => debt.RunId == run.RunId);
        Require(!run.State.IsFinal || isOwed || TreeOf(run) is not { HasCgroup: true }, $"P7: {run.RunId} is {run.State}, its cgroup is there, and no debt says so");
    }

    private void CheckTrail(RunRecord run, AuditEntry[] trail)
    {
        Require(trail is [{ Stage: AuditStages.Launch }, ..] && Count(trail, AuditStages.Launch) == 1, $"the audit of {run.RunId} does not begin with its launch");
        int ends = trail.Count(entry => entry.Stage is AuditStages.Exited or AuditStages.LaunchFailed or AuditStages.Reconciled);
        Require(ends <= 1, $"the audit of {run.RunId} has {ends} ends");
        Require(!run.State.IsFinal || ends == 1 || Count(trail, AuditStages.Completed) > 0, $"the audit of {run.RunId} has no end: {Words(trail)}");
        foreach (AuditEntry[] kill in trail.Where(entry => entry.KillId is not null).GroupBy(entry => entry.KillId).Select(group => group.ToArray()))
        {
            int intent = Array.FindIndex(kill, entry => entry.Stage == AuditStages.IntentWritten);
            int outcome = Array.FindIndex(kill, entry => entry.Stage is AuditStages.Completed or AuditStages.Withdrawn);
            int intents = Count(kill, AuditStages.IntentWritten);
            Require(intents <= 1 && Count(kill, AuditStages.Completed) + Count(kill, AuditStages.Withdrawn) == intents, $"P5: a kill of {run.RunId} with other than one outcome: {Words(kill)}");
            Require(intent < 0 || (intent > 1 && kill[intent - 2].Stage == AuditStages.Requested && kill[intent - 1].Stage == AuditStages.Authorized), $"P5: a kill of {run.RunId} that nobody asked for: {Words(kill)}");
            Require(intent < 0 || outcome > intent, $"P5: a kill of {run.RunId} that was over before it began: {Words(kill)}");
            Require(intent >= 0 || kill.All(entry => entry.Stage is not (AuditStages.Signal or AuditStages.ProvenDead)), $"P5: a kill of {run.RunId} without an intent: {Words(kill)}");
        }
    }

    private void CheckAnswer(Ask ask)
    {
        Require(ask.Answer.IsCompleted, $"who asked for a kill of {ask.RunId} has no answer");
        if (ask.Answer.Exception?.InnerException is { } problem)
        {
            Require(problem is StoreUnavailableException or RunNotFoundException, $"who asked for a kill of {ask.RunId} got {problem}");
        }
        else if (ask.Answer.IsCompletedSuccessfully)
        {
            KillReport report = ask.Answer.Result;
            Require(!ask.IsStranger || report.Outcome == KillOutcome.Denied, $"P9: a stranger was answered {report.Outcome}");
            bool saysGone = report.Outcome is KillOutcome.Killed or KillOutcome.ExitedGracefully or KillOutcome.AlreadyExited;
            Require(!saysGone || world.Machine.Trees.All(tree => tree.Spec.RunId != ask.RunId || tree.Processes.Count == 0), $"P3: {ask.RunId} was answered {report.Outcome} and lives");
        }
    }

    private SimulatedTree? TreeOf(RunRecord run)
    {
        lock (world.Machine.Gate)
        {
            return world.Machine.Find(run);
        }
    }

    private static int Count(AuditEntry[] trail, string stage) => trail.Count(entry => entry.Stage == stage);

    private static string Words(AuditEntry[] trail) => string.Join(" ", trail.Select(entry => entry.Stage));

    private void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            _found.Add(otherwise);
        }
    }

    private void Break(string promise)
    {
        lock (_lock)
        {
            _broken.Add(promise);
        }
    }
}
