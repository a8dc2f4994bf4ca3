namespace WorkflowLifecycle.Stores.Tests;

/// <summary>Fills the table of runs from inside SQLite, where a commit each would take minutes.</summary>
internal static class ManyRows
{
    public static string Insert(int count, string state) =>
        $"""
        INSERT INTO workflow_processes (
            run_id, internal_id, version, state, workflow, session, owner, launched_by, program, arguments, working_directory, on_host_exit, output,
            host_host_id, host_boot_id, host_pid_namespace, host_pid_namespace_start_ticks, host_pid, host_start_ticks, created_at, proof)
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
        SELECT
            'many_' || i || '_' || hex(randomblob(4)), hex(randomblob(16)), 1, '{state}', 'workflow-' || (i % 10), 'session-' || (i % 1000), 'owner-' || (i % 5),
            'host:tests', '/usr/bin/program', '["--number","' || i || '","some more words to search in"]', '/srv', 0, 0,
            'host', 'boot', 1, 1, 1, 1,
            strftime('%Y-%m-%dT%H:%M:%S.0000000Z', '2026-01-01', '+' || i || ' seconds'), 0
        FROM n
        """;
}
