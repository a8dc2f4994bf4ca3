using System.Globalization;

namespace WorkflowLifecycle.Cli.Rendering;

/// <summary>Everything about one run.</summary>
internal static class RunDetails
{
    public static void Write(CliConsole console, RunRecord run, IReadOnlyList<CriticalSection> sections, KillReport? lastKill, DateTimeOffset now)
    {
        new FieldList()
            .Add("run", run.RunId.Value)
            .Add("state", run.State.Name)
            .Add("ended", Ending(run))
            .Add("failure", run.Failure)
            .Add("status", run.Status)
            .Add("workflow", run.Workflow)
            .Add("session", run.Session)
            .Add("owner", run.Owner)
            .Add("parent run", run.ParentRun?.Value)
            .Add("command", RunTable.CommandLine(run))
            .Add("directory", run.WorkingDirectory)
            .Add("pid", run.Root?.Pid.ToString(CultureInfo.InvariantCulture))
            .Add("strength", run.Containment?.Strength.ToString())
            .Add("hardening", string.Join(", ", HardeningWords.Of(run.Containment?.Hardening ?? Hardening.None)))
            .Add("open exits", string.Join("; ", run.Containment?.OpenExits ?? []))
            .Add("cgroup", run.Containment?.CgroupPath)
            .Add("run directory", run.Containment?.RunDirectory)
            .Add("output", run.Output.ToString())
            .Add("readiness", run.Readiness == ReadinessSource.Undeclared ? null : run.Readiness.ToString())
            .Add("on host exit", run.OnHostExit.ToString())
            .Add("host", $"pid {run.Host.Pid.ToString(CultureInfo.InvariantCulture)}, running as {run.HostUser}, launched by {run.LaunchedBy}")
            .Add("created", Words.Time(run.CreatedAt))
            .Add("started", run.StartedAt is null ? null : Words.Time(run.StartedAt))
            .Add("ready", run.ReadyAt is null ? null : Words.Time(run.ReadyAt))
            .Add("age", run.State.IsFinal ? null : Words.Duration(now - (run.StartedAt ?? run.CreatedAt)))
            .Add("in critical sections", string.Join(", ", sections.Select(Section)))
            .Add("phases", string.Join(", ", run.Phases))
            .Add("cleaners", string.Join(", ", run.Cleaners))
            .Add("told to leave by", run.Termination is { } ladder ? TerminationWords.Of(ladder) : null)
            .Add("leftovers", run.Leftovers == LeftoverPolicy.End ? null : "kept when the program exits")
            .Add("last kill", lastKill is null ? run.KillId?.ToString() : KillLine(lastKill))
            .Write(console.Out);
    }

    /// <summary>How the program ended, in words; null while it runs.</summary>
    public static string? Ending(RunRecord run)
    {
        if (!run.State.IsFinal)
        {
            return null;
        }

        string how = run switch
        {
            { ExitCode: { } code } => "exit code " + code.ToString(CultureInfo.InvariantCulture),
            { ExitSignal: { } signal } => "signal " + signal.ToString(CultureInfo.InvariantCulture),
            _ => "exit code unknown",
        };
        string proof = run.Proof == EndProof.None ? "not proven" : "proven by " + run.Proof;
        return run.EndedAt is { } at ? $"{Words.Time(at)}, {how}, {proof}" : $"{how}, {proof}";
    }

    private static string Section(CriticalSection section)
    {
        string name = section.Name.Length == 0 ? string.Empty : ": " + section.Name;
        string pid = section.Pid is { } number ? $" (PID {number.ToString(CultureInfo.InvariantCulture)})" : string.Empty;
        return section.Kind + name + pid;
    }

    private static string KillLine(KillReport report) =>
        $"{report.KillId}: {report.Outcome} ({report.Mode}) in {Words.Milliseconds(report.DurationMs)}, by {report.RequestedBy}: {report.Reason}";
}
