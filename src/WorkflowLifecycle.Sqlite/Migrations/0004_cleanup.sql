-- The names of the cleaners that run at a run's end, as a JSON array; NULL is none.
ALTER TABLE workflow_processes ADD COLUMN cleaners TEXT;
-- What was made or noted for a run before its program started, as a JSON array; NULL is nothing.
ALTER TABLE workflow_processes ADD COLUMN resources TEXT;

-- Retention and figures ask for what ended in a span of time. The very words of the queries: the planner compares them.
CREATE INDEX workflow_processes_ended ON workflow_processes (coalesce(ended_at, created_at))
    WHERE state IN ('Exited', 'Killed', 'EndedUnproven', 'LaunchFailed', 'Lost');

CREATE INDEX workflow_kills_run ON workflow_kills (run_id);
CREATE INDEX workflow_kills_requested_at ON workflow_kills (requested_at);
CREATE INDEX workflow_events_run ON workflow_events (run_id);

CREATE TABLE cleanup_debts (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    debt_id          TEXT    NOT NULL UNIQUE CHECK (debt_id <> ''),
    version          INTEGER NOT NULL,
    run_id           TEXT    NOT NULL CHECK (run_id <> ''),
    kill_id          TEXT,
    cleaner          TEXT    NOT NULL,
    resource         TEXT,
    reason           TEXT    NOT NULL,
    host_id          TEXT    NOT NULL,
    created_at       TEXT    NOT NULL,
    attempts         INTEGER NOT NULL,
    last_attempt_at  TEXT,
    next_attempt_at  TEXT    NOT NULL,
    claimed_until    TEXT,
    settled_at       TEXT
) STRICT;

-- What is settled is in neither: looking for what is due costs what is due.
CREATE INDEX cleanup_debts_due ON cleanup_debts (host_id, next_attempt_at) WHERE settled_at IS NULL;
CREATE INDEX cleanup_debts_open ON cleanup_debts (created_at) WHERE settled_at IS NULL;
CREATE INDEX cleanup_debts_run ON cleanup_debts (run_id);

-- Of runs that ended by themselves: a kill has its receipt in its report.
CREATE TABLE run_receipts (
    run_id   TEXT NOT NULL PRIMARY KEY CHECK (run_id <> ''),
    receipt  TEXT NOT NULL
) STRICT;

CREATE TABLE run_evidence (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id    TEXT    NOT NULL CHECK (run_id <> ''),
    kill_id   TEXT,
    taken_at  TEXT    NOT NULL,
    content   BLOB    NOT NULL
) STRICT;

CREATE INDEX run_evidence_run ON run_evidence (run_id, taken_at);
