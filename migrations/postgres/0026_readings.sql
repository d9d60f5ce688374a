-- Readings, kept whole: raw events of this kind are never dropped. A reading is known at the ends of the days from received_day on
-- and before retracted_day; 2147483647 is never.
CREATE TABLE readings (
    customer_id BIGINT NOT NULL REFERENCES customers (id),
    name TEXT COLLATE "C" NOT NULL,
    occurred_at BIGINT NOT NULL,
    -- The value; of several at the same time the largest counts, so it is in the key.
    thousandths BIGINT NOT NULL,
    event_id BIGINT NOT NULL,
    day INTEGER NOT NULL,
    received_day INTEGER NOT NULL,
    retracted_day INTEGER NOT NULL,
    PRIMARY KEY (customer_id, name, occurred_at, thousandths, event_id)
);

-- The day of the earliest reading that counts. It is a fact, and feeds no factor.
ALTER TABLE customers ADD COLUMN first_reading_day INTEGER;
