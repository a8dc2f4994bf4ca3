ALTER TABLE workflow_processes ADD COLUMN readiness INTEGER NOT NULL DEFAULT 0; -- By what the run was declared to become ready, as the number of the enumeration; 0 is undeclared.
