-- JSON: what the dry run of an upload found beside its counts.
ALTER TABLE imports ADD COLUMN outlook TEXT;
