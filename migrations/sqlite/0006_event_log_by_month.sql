-- A retraction may outlive the raw event that it takes back. (PostgreSQL also gets a partition for each month.)
CREATE TABLE retractions_new (
    event_id BIGINT PRIMARY KEY,
    reason TEXT NOT NULL,
    retracted_at BIGINT NOT NULL
);

INSERT INTO retractions_new SELECT event_id, reason, retracted_at FROM retractions;
DROP TABLE retractions;
ALTER TABLE retractions_new RENAME TO retractions;

-- One row. Raw events received before this day may have been dropped; null: none have. Those about invoices never are.
CREATE TABLE event_log (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    kept_from_day INTEGER
);

INSERT INTO event_log (id) VALUES (1);
