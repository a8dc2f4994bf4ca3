using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace WorkflowLifecycle.Sqlite;

/// <summary>The table <c>workflow_processes</c>.</summary>
internal static class RunTable
{
    public static ColumnList Columns { get; } = new(
        "workflow_processes",
        "run_id",
        [
            "run_id", "internal_id", "version", "state", "workflow", "session", "owner", "owner_subject", "launched_by", "host_user", "parent_run",
            "program", "arguments", "working_directory", "on_host_exit", "output", "readiness",
            .. ColumnList.Identity("host"),
            .. ColumnList.Identity("root"),
            "strength", "run_directory", "cgroup_path", "cgroup_inode", "open_exits", "hardening",
            .. ColumnList.Identity("shim"),
            "created_at", "started_at", "ready_at", "ended_at", "status", "exit_code", "exit_signal", "proof", "kill_id", "failure",
            "phases", "termination", "leftovers", "cleaners", "resources",
        ],
        [
            new("hardening", 2),
            new("readiness", 3, Absent: "0"), new("phases", 3), new("termination", 3), new("leftovers", 3),
            new("cleaners", 4), new("resources", 4),
        ]);

    public static RunRecord? Find(SqliteSession session, RunId runId) =>
        session.QueryFirst(Columns.For(session).Select + "WHERE run_id = $run_id", static row => Read(row), ("$run_id", runId.Value));

    /// <summary>The row as written; null when the id is taken.</summary>
    public static RunRecord? Insert(SqliteSession session, RunRecord run)
    {
        RunRecord written = InUtc(run) with { Version = 1 };
        return session.Execute(Columns.For(session).Insert + " ON CONFLICT (run_id) DO NOTHING", Parameters(session, written)) == 1 ? written : null;
    }

    /// <summary>The row as written; null when the row is not there or its version is another.</summary>
    public static RunRecord? Update(SqliteSession session, RunRecord run)
    {
        RunRecord written = InUtc(run) with { Version = run.Version + 1 };
        return session.Execute(Columns.For(session).Update, Parameters(session, written)) == 1 ? written : null;
    }

    /// <summary>The columns of <see cref="Columns"/>, from where the reader stands.</summary>
    public static RunRecord Read(ref RowReader read)
    {
        return new RunRecord
        {
            RunId = RunId.Parse(read.Text()),
            InternalId = read.Text(),
            Version = read.Number(),
            State = read.State(),
            Workflow = read.TextOrNull(),
            Session = read.TextOrNull(),
            Owner = read.TextOrNull(),
            OwnerSubject = read.TextOrNull(),
            LaunchedBy = read.Text(),
            HostUser = read.Text(),
            ParentRun = read.TextOrNull() is { } parent ? RunId.Parse(parent) : null,
            Program = read.Text(),
            Arguments = ReadTexts(read.Text()),
            WorkingDirectory = read.Text(),
            OnHostExit = (OnHostExit)read.Number(),
            Output = (OutputMode)read.Number(),
            Readiness = (ReadinessSource)read.Number(),
            Host = read.IdentityOrNull()!,
            Root = read.IdentityOrNull(),
            Containment = ReadContainment(ref read),
            CreatedAt = read.Time(),
            StartedAt = read.TimeOrNull(),
            ReadyAt = read.TimeOrNull(),
            EndedAt = read.TimeOrNull(),
            Status = read.TextOrNull(),
            ExitCode = (int?)read.NumberOrNull(),
            ExitSignal = (int?)read.NumberOrNull(),
            Proof = (EndProof)read.Number(),
            KillId = read.TextOrNull() is { } kill ? KillId.Parse(kill) : null,
            Failure = read.TextOrNull(),
            Phases = read.TextOrNull() is { } phases ? ReadTexts(phases) : [],
            Termination = read.TextOrNull() is { } ladder ? ReadLadder(ladder) : null,
            Leftovers = (LeftoverPolicy)(read.NumberOrNull() ?? 0),
            Cleaners = read.TextOrNull() is { } cleaners ? ReadTexts(cleaners) : [],
            Resources = read.TextOrNull() is { } resources ? StoredResource.ReadList(resources) : [],
        };
    }

    public static string WriteTexts(IReadOnlyList<string> texts) => JsonSerializer.Serialize([.. texts], SqliteJsonContext.Default.StringArray);

    private static RunRecord Read(SqliteDataReader row)
    {
        RowReader read = new(row);
        return Read(ref read);
    }

    private static ContainmentRecord? ReadContainment(ref RowReader read)
    {
        long? strength = read.NumberOrNull();
        string? runDirectory = read.TextOrNull();
        string? cgroupPath = read.TextOrNull();
        long? cgroupInode = read.NumberOrNull();
        string? openExits = read.TextOrNull();
        long? hardening = read.NumberOrNull();
        ProcessIdentity? shim = read.IdentityOrNull();
        return strength is null || runDirectory is null ? null : new ContainmentRecord
        {
            Strength = (ContainmentStrength)strength,
            RunDirectory = runDirectory,
            CgroupPath = cgroupPath,
            CgroupInode = unchecked((ulong)(cgroupInode ?? 0)),
            Shim = shim,
            OpenExits = openExits is null ? [] : ReadTexts(openExits),
            Hardening = (Hardening)(hardening ?? 0),
        };
    }

    private static RunRecord InUtc(RunRecord run) => run with
    {
        CreatedAt = run.CreatedAt.ToUniversalTime(),
        StartedAt = run.StartedAt?.ToUniversalTime(),
        ReadyAt = run.ReadyAt?.ToUniversalTime(),
        EndedAt = run.EndedAt?.ToUniversalTime(),
    };

    private static (string Name, object? Value)[] Parameters(SqliteSession session, RunRecord run) => Columns.For(session).Fit(
    session,
    [
        ("$run_id", run.RunId.Value),
        ("$internal_id", run.InternalId),
        ("$version", run.Version),
        ("$state", run.State.Name),
        ("$workflow", run.Workflow),
        ("$session", run.Session),
        ("$owner", run.Owner),
        ("$owner_subject", run.OwnerSubject),
        ("$launched_by", run.LaunchedBy),
        ("$host_user", run.HostUser),
        ("$parent_run", run.ParentRun?.Value),
        ("$program", run.Program),
        ("$arguments", WriteTexts(run.Arguments)),
        ("$working_directory", run.WorkingDirectory),
        ("$on_host_exit", (long)run.OnHostExit),
        ("$output", (long)run.Output),
        ("$readiness", (long)run.Readiness),
        .. Identity("$host", run.Host),
        .. Identity("$root", run.Root),
        ("$strength", (long?)run.Containment?.Strength),
        ("$run_directory", run.Containment?.RunDirectory),
        ("$cgroup_path", run.Containment?.CgroupPath),
        ("$cgroup_inode", unchecked((long?)run.Containment?.CgroupInode)),
        ("$open_exits", run.Containment is { } containment ? WriteTexts(containment.OpenExits) : null),
        ("$hardening", run.Containment is { Hardening: not Hardening.None } hardened ? (long)hardened.Hardening : null),
        .. Identity("$shim", run.Containment?.Shim),
        ("$created_at", StoredTime.Write(run.CreatedAt)),
        ("$started_at", WriteTime(run.StartedAt)),
        ("$ready_at", WriteTime(run.ReadyAt)),
        ("$ended_at", WriteTime(run.EndedAt)),
        ("$status", run.Status),
        ("$exit_code", run.ExitCode),
        ("$exit_signal", run.ExitSignal),
        ("$proof", (long)run.Proof),
        ("$kill_id", run.KillId?.ToString()),
        ("$failure", run.Failure),
        ("$phases", run.Phases.Count > 0 ? WriteTexts(run.Phases) : null),
        ("$termination", run.Termination is { } ladder ? JsonSerializer.Serialize(ladder, SqliteJsonContext.Default.TerminationLadder) : null),
        ("$leftovers", run.Leftovers == LeftoverPolicy.End ? null : (long)run.Leftovers),
        ("$cleaners", run.Cleaners.Count > 0 ? WriteTexts(run.Cleaners) : null),
        ("$resources", run.Resources.Count > 0 ? StoredResource.Write(run.Resources) : null),
    ]);

    private static IEnumerable<(string Name, object? Value)> Identity(string prefix, ProcessIdentity? identity) =>
    [
        (prefix + "_host_id", identity?.HostId),
        (prefix + "_boot_id", identity?.BootId),
        (prefix + "_pid_namespace", unchecked((long?)identity?.PidNamespace)),
        (prefix + "_pid_namespace_start_ticks", unchecked((long?)identity?.PidNamespaceStartTicks)),
        (prefix + "_pid", identity?.Pid),
        (prefix + "_start_ticks", unchecked((long?)identity?.StartTicks)),
        (prefix + "_pidfs_handle", identity?.PidfsHandle),
    ];

    // A newer version may know steps that this one does not. The run must be listed and ended all the same: by SIGTERM.
    private static TerminationLadder? ReadLadder(string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, SqliteJsonContext.Default.TerminationLadder);
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    private static string? WriteTime(DateTimeOffset? time) => time is { } value ? StoredTime.Write(value) : null;

    private static string[] ReadTexts(string json) => JsonSerializer.Deserialize(json, SqliteJsonContext.Default.StringArray) ?? [];
}
