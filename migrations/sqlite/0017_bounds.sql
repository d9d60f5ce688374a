-- Which release brought the schema to which version, so that an older one that refuses the database can name it.
CREATE TABLE schema_releases (
    schema_version BIGINT NOT NULL PRIMARY KEY,
    release TEXT NOT NULL
) WITHOUT ROWID;

-- One row, written now and then to see that there is room to write.
CREATE TABLE write_check (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    content TEXT NOT NULL
);

INSERT INTO write_check (id, content) VALUES (1, '');

-- One row. Grows with every load or removal of the demo portfolio: a load that finds another number than its own ends.
CREATE TABLE demo_load (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    number BIGINT NOT NULL
);

INSERT INTO demo_load (id, number) VALUES (1, 0);

-- Raw events received before this day, but those about invoices, are gone; kept_from_day is set before the first one goes.
ALTER TABLE event_log ADD COLUMN dropped_to_day INTEGER;

-- Whose quota the item takes from, and how much: its content, or the beginning of one that is too long, and its errors.
ALTER TABLE quarantine ADD COLUMN source TEXT NOT NULL DEFAULT 'api';
ALTER TABLE quarantine ADD COLUMN bytes BIGINT NOT NULL DEFAULT 0;
ALTER TABLE quarantine ADD COLUMN is_cut BOOLEAN NOT NULL DEFAULT FALSE;

UPDATE quarantine SET bytes = length(CAST(content AS BLOB)) + length(CAST(errors AS BLOB));

-- How much each source has, without reading what it sent.
CREATE INDEX quarantine_quota ON quarantine (source, bytes);
