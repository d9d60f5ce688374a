-- What became of customers. A row that was taken back stays; it is known at the ends of the days from received_day on and, where it
-- was taken back, before retracted_day.
CREATE TABLE outcomes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id BIGINT NOT NULL REFERENCES customers (id),
    kind TEXT NOT NULL,
    day INTEGER NOT NULL,
    arr_before_cents BIGINT,
    arr_after_cents BIGINT,
    reason TEXT,
    involuntary BOOLEAN NOT NULL,
    -- The start date that the customer had when it churned: somebody who comes back has a new one.
    started_day INTEGER,
    received_at BIGINT NOT NULL,
    received_day INTEGER NOT NULL,
    -- The import that brought it.
    import_id BIGINT,
    retracted_at BIGINT,
    retracted_day INTEGER,
    retraction_reason TEXT
);

-- An outcome is who, what and when: it is kept once, unless it was taken back.
CREATE UNIQUE INDEX outcomes_standing ON outcomes (customer_id, kind, day) WHERE retracted_at IS NULL;
CREATE INDEX outcomes_customer ON outcomes (customer_id, day);
CREATE INDEX outcomes_day ON outcomes (day);
CREATE INDEX outcomes_import ON outcomes (import_id) WHERE import_id IS NOT NULL;

-- Whether the customer had churned before its start date. What had happened before then counts no more.
ALTER TABLE customers ADD COLUMN came_back BOOLEAN NOT NULL DEFAULT 0;

-- The reasons to choose from, in this order.
CREATE TABLE outcome_reasons (
    place INTEGER PRIMARY KEY,
    name TEXT NOT NULL
);

INSERT INTO outcome_reasons (place, name) VALUES
    (1, 'Price'), (2, 'Missing feature'), (3, 'Competitor'), (4, 'Little use'), (5, 'Service or support'), (6, 'Champion left'),
    (7, 'Budget cut'), (8, 'Out of business or bought'), (9, 'Did not pay'), (10, 'Growth'), (11, 'Other');

-- Who was archived as churned, churned on that day: archiving was always of the day on which it was done.
INSERT INTO outcomes (customer_id, kind, day, arr_before_cents, arr_after_cents, involuntary, started_day, received_at, received_day)
SELECT id, 'churned', archived_day, arr_cents, 0, 0, start_day, archived_day * 86400000000, archived_day
FROM customers WHERE archived_reason = 'churned' AND archived_day IS NOT NULL ORDER BY id;
