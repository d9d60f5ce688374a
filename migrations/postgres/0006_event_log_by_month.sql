-- The event log in partitions by the month of receipt, so that old months can be dropped whole and new ones stay small.
-- Message ids live apart, in `event_keys`, and so stay unique for ever.

ALTER TABLE retractions DROP CONSTRAINT retractions_event_id_fkey;
ALTER TABLE events RENAME TO events_before;
ALTER SEQUENCE events_id_seq RENAME TO events_before_id_seq;

CREATE SEQUENCE events_id_seq AS BIGINT;
SELECT setval('events_id_seq', nextval('events_before_id_seq'), false);

CREATE TABLE events (
    id BIGINT NOT NULL DEFAULT nextval('events_id_seq'),
    customer_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    source TEXT NOT NULL,
    message_id TEXT,
    occurred_at BIGINT NOT NULL,
    day INTEGER NOT NULL,
    received_at BIGINT NOT NULL,
    received_day INTEGER NOT NULL,
    payload TEXT NOT NULL,
    invoice_number TEXT
) PARTITION BY RANGE (received_day);

ALTER SEQUENCE events_id_seq OWNED BY events.id;

-- What belongs to no month that has a partition. Later months get theirs before they begin.
CREATE TABLE events_other PARTITION OF events DEFAULT;

DO $$
DECLARE
    month DATE;
    latest DATE;
BEGIN
    SELECT date_trunc('month', DATE '1970-01-01' + MIN(received_day)), DATE '1970-01-01' + MAX(received_day)
        INTO month, latest FROM events_before;
    WHILE month <= latest LOOP
        EXECUTE format('CREATE TABLE events_%s PARTITION OF events FOR VALUES FROM (%s) TO (%s)', to_char(month, 'YYYY_MM'),
            month - DATE '1970-01-01', (month + INTERVAL '1 month')::date - DATE '1970-01-01');
        month := month + INTERVAL '1 month';
    END LOOP;
END $$;

INSERT INTO events SELECT id, customer_id, kind, source, message_id, occurred_at, day, received_at, received_day, payload,
    invoice_number FROM events_before;
DROP TABLE events_before;

ALTER TABLE events ADD PRIMARY KEY (id, received_day);
ALTER TABLE events ADD FOREIGN KEY (customer_id) REFERENCES customers (id);
CREATE INDEX events_timeline ON events (customer_id, occurred_at, id, kind);
CREATE INDEX events_invoice ON events (customer_id, invoice_number) WHERE invoice_number IS NOT NULL;

-- One row. Raw events received before this day may have been dropped; null: none have. Those about invoices never are.
CREATE TABLE event_log (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    kept_from_day INTEGER
);

INSERT INTO event_log (id) VALUES (1);
