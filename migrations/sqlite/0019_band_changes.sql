-- Changes of customers' bands, appended where health is written. Restated ones are of days before this was kept: what the
-- facts and rules of later say of them.
CREATE TABLE band_changes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id BIGINT NOT NULL REFERENCES customers (id),
    day INTEGER NOT NULL,
    band_before TEXT NOT NULL,
    band_after TEXT NOT NULL,
    -- Tenths of points; null without data.
    score_before BIGINT,
    score_after BIGINT,
    scorecard_version BIGINT NOT NULL,
    -- facts, time, rules, connections or import
    cause TEXT NOT NULL,
    is_restated BOOLEAN NOT NULL,
    noted_at BIGINT NOT NULL
);

CREATE INDEX band_changes_customer ON band_changes (customer_id, id);
CREATE INDEX band_changes_day ON band_changes (day);

-- The day up to which changes are noted; null until the first ones are.
ALTER TABLE customers ADD COLUMN band_noted_day INTEGER;
