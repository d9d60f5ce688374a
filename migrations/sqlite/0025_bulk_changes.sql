-- Changes of many customers at once, kept for a month so that they can be undone: as JSON each customer's version after the
-- change, and what it was before.
CREATE TABLE bulk_changes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    changed_at BIGINT NOT NULL,
    former TEXT NOT NULL,
    undone_at BIGINT
);
