ALTER TABLE workflow_processes ADD COLUMN readiness INTEGER NOT NULL DEFAULT 0; -- By what the run was declared to become ready, as the number of the enumeration; 0 is undeclared.
-- The names of the shutdown phases of the host that launched the run, as a JSON array; NULL is none.
ALTER TABLE workflow_processes ADD COLUMN phases TEXT;
-- How a graceful kill tells the program to leave, as JSON; NULL is SIGTERM to the whole tree.
ALTER TABLE workflow_processes ADD COLUMN termination TEXT;
-- What becomes of processes that the program leaves behind, by the number of the enumeration; NULL is ended.
ALTER TABLE workflow_processes ADD COLUMN leftovers INTEGER;
-- How long a graceful kill may take in all; NULL when nothing but the ceilings was set.
ALTER TABLE workflow_kills ADD COLUMN grace_period_ticks INTEGER;
