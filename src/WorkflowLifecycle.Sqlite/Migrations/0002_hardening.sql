-- What a run was hardened with, as the bits of the enumeration; NULL is nothing.
ALTER TABLE workflow_processes ADD COLUMN hardening INTEGER;
