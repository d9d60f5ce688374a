-- Files of customers or events that were imported, or wait to be.
CREATE TABLE imports (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    file_name TEXT NOT NULL,
    -- Where an uploaded file is kept until it has been imported.
    path TEXT,
    -- JSON: what the rows are, and what each column means.
    mapping TEXT NOT NULL,
    state TEXT NOT NULL,
    author TEXT,
    started_at BIGINT NOT NULL,
    finished_at BIGINT,
    undone_at BIGINT,
    -- JSON: what became of the rows.
    counts TEXT NOT NULL,
    -- How much of the file has been read.
    percent BIGINT NOT NULL,
    -- When whoever works on it was last heard of; long ago, it was cut off.
    alive_at BIGINT NOT NULL,
    -- Why it ended before the end of the file.
    problem TEXT,
    -- JSON: what taking it back did.
    undo_report TEXT NOT NULL
);

-- The events that an import brought, as ranges of ids: those of one transaction follow each other.
CREATE TABLE import_events (
    import_id BIGINT NOT NULL REFERENCES imports (id),
    first_event_id BIGINT NOT NULL,
    last_event_id BIGINT NOT NULL,
    PRIMARY KEY (import_id, first_event_id)
) WITHOUT ROWID;

-- The customers that an import created or changed. No foreign key: a customer that is taken back is gone.
CREATE TABLE import_customers (
    import_id BIGINT NOT NULL REFERENCES imports (id),
    customer_id BIGINT NOT NULL,
    -- JSON: its fields before; null when it was created.
    previous TEXT,
    -- JSON: its fields after.
    imported TEXT NOT NULL,
    PRIMARY KEY (import_id, customer_id)
) WITHOUT ROWID;
