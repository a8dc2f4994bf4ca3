-- Times are UTC text, yyyy-MM-ddTHH:mm:ss.fffffffZ: they sort, and a person can read them.
-- Enumerations are stored by number, so that a value of a newer version survives an older one. Run states are names for the same reason.
-- Unsigned 64-bit numbers (inodes, ticks) are stored with the same bits as signed ones.

CREATE TABLE schema_info (
    id             INTEGER PRIMARY KEY CHECK (id = 1),
    store_id       TEXT    NOT NULL,
    schema_version INTEGER NOT NULL,
    oldest_reader  INTEGER NOT NULL
) STRICT;

CREATE TABLE workflow_processes (
    id                              INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id                          TEXT    NOT NULL UNIQUE CHECK (run_id <> ''),
    internal_id                     TEXT    NOT NULL,
    version                         INTEGER NOT NULL,
    state                           TEXT    NOT NULL CHECK (state <> ''),
    workflow                        TEXT,
    session                         TEXT,
    owner                           TEXT,
    owner_subject                   TEXT,
    launched_by                     TEXT    NOT NULL,
    host_user                       TEXT    NOT NULL DEFAULT '',
    parent_run                      TEXT,
    program                         TEXT    NOT NULL,
    arguments                       TEXT    NOT NULL,
    working_directory               TEXT    NOT NULL,
    on_host_exit                    INTEGER NOT NULL,
    output                          INTEGER NOT NULL,
    host_host_id                    TEXT    NOT NULL,
    host_boot_id                    TEXT    NOT NULL,
    host_pid_namespace              INTEGER NOT NULL,
    host_pid_namespace_start_ticks  INTEGER NOT NULL,
    host_pid                        INTEGER NOT NULL,
    host_start_ticks                INTEGER NOT NULL,
    host_pidfs_handle               TEXT,
    root_host_id                    TEXT,
    root_boot_id                    TEXT,
    root_pid_namespace              INTEGER,
    root_pid_namespace_start_ticks  INTEGER,
    root_pid                        INTEGER,
    root_start_ticks                INTEGER,
    root_pidfs_handle               TEXT,
    strength                        INTEGER,
    run_directory                   TEXT,
    cgroup_path                     TEXT,
    cgroup_inode                    INTEGER,
    open_exits                      TEXT,
    shim_host_id                    TEXT,
    shim_boot_id                    TEXT,
    shim_pid_namespace              INTEGER,
    shim_pid_namespace_start_ticks  INTEGER,
    shim_pid                        INTEGER,
    shim_start_ticks                INTEGER,
    shim_pidfs_handle               TEXT,
    created_at                      TEXT    NOT NULL,
    started_at                      TEXT,
    ready_at                        TEXT,
    ended_at                        TEXT,
    status                          TEXT,
    exit_code                       INTEGER,
    exit_signal                     INTEGER,
    proof                           INTEGER NOT NULL,
    kill_id                         TEXT,
    failure                         TEXT
) STRICT;

-- The default listing reads this index alone, however many finished runs there are.
CREATE INDEX workflow_processes_unfinished ON workflow_processes (id)
    WHERE state NOT IN ('Exited', 'Killed', 'EndedUnproven', 'LaunchFailed', 'Lost');
CREATE INDEX workflow_processes_state ON workflow_processes (state, id);
CREATE INDEX workflow_processes_workflow ON workflow_processes (workflow, id) WHERE workflow IS NOT NULL;
CREATE INDEX workflow_processes_session ON workflow_processes (session, id) WHERE session IS NOT NULL;
CREATE INDEX workflow_processes_owner ON workflow_processes (owner, id) WHERE owner IS NOT NULL;
CREATE INDEX workflow_processes_parent_run ON workflow_processes (parent_run, id) WHERE parent_run IS NOT NULL;
CREATE INDEX workflow_processes_created_at ON workflow_processes (created_at);

CREATE TABLE workflow_kills (
    id                       INTEGER PRIMARY KEY AUTOINCREMENT,
    kill_id                  TEXT    NOT NULL UNIQUE,
    run_id                   TEXT    NOT NULL CHECK (run_id <> ''),
    version                  INTEGER NOT NULL,
    state                    INTEGER NOT NULL,
    mode                     INTEGER NOT NULL,
    reason                   TEXT    NOT NULL,
    requested_by             TEXT    NOT NULL,
    door                     TEXT    NOT NULL,
    idempotency_key          TEXT,
    terminate_ceiling_ticks  INTEGER NOT NULL,
    requested_at             TEXT    NOT NULL,
    completed_at             TEXT,
    report                   TEXT
) STRICT;

-- 1 = Denied, 8 = Completed: every other state is open, also one that this version does not know.
CREATE UNIQUE INDEX workflow_kills_open ON workflow_kills (run_id) WHERE state NOT IN (1, 8);
CREATE UNIQUE INDEX workflow_kills_key ON workflow_kills (run_id, idempotency_key) WHERE idempotency_key IS NOT NULL;

CREATE TABLE workflow_events (
    cursor   INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id   TEXT    NOT NULL CHECK (run_id <> ''),
    kind     TEXT    NOT NULL,
    state    TEXT    NOT NULL CHECK (state <> ''),
    at       TEXT    NOT NULL,
    message  TEXT
) STRICT;

-- The ids are read out of what is hashed, so that they cannot be changed apart from it.
CREATE TABLE audit_entries (
    id                 INTEGER PRIMARY KEY AUTOINCREMENT,
    chain_id           TEXT    NOT NULL,
    seq                INTEGER NOT NULL,
    prev_hash          TEXT    NOT NULL,
    hash               TEXT    NOT NULL,
    canonical_version  INTEGER NOT NULL,
    payload            TEXT    NOT NULL,
    run_id             TEXT    GENERATED ALWAYS AS (CASE WHEN json_valid(payload) THEN json_extract(payload, '$.runId') END) VIRTUAL,
    kill_id            TEXT    GENERATED ALWAYS AS (CASE WHEN json_valid(payload) THEN json_extract(payload, '$.killId') END) VIRTUAL,
    UNIQUE (chain_id, seq)
) STRICT;

CREATE INDEX audit_entries_run ON audit_entries (run_id, id) WHERE run_id IS NOT NULL;
CREATE INDEX audit_entries_kill ON audit_entries (kill_id, id) WHERE kill_id IS NOT NULL;

-- Who and why, apart from the chain: deleting a row here erases a person and leaves the chain whole.
CREATE TABLE audit_personal (
    audit_id     INTEGER PRIMARY KEY REFERENCES audit_entries (id),
    actor        TEXT,
    actor_salt   TEXT,
    reason       TEXT,
    reason_salt  TEXT
) STRICT;
