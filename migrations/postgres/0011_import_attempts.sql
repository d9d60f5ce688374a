-- Goes up whenever work on an import begins or is taken over: whoever works on it writes only as long as it is theirs.
ALTER TABLE imports ADD COLUMN attempt BIGINT NOT NULL DEFAULT 0;
-- JSON: the columns and the first rows of an uploaded file, until it has been imported.
ALTER TABLE imports ADD COLUMN findings TEXT;
