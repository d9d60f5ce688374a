-- How often facts of a kind named a user on a day, by the day on which that was received. A retraction counts negatively. With the
-- raw events of old days these go too. The user comes before the day: a writer asks when one was seen last.
CREATE TABLE user_days (
    customer_id BIGINT NOT NULL REFERENCES customers (id),
    user_name TEXT COLLATE "C" NOT NULL,
    kind TEXT NOT NULL,
    day INTEGER NOT NULL,
    received_day INTEGER NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (customer_id, user_name, kind, day, received_day)
);

-- The day from which on all users are known; null: those of older events are being counted. Where there are none, all are known.
ALTER TABLE connections ADD COLUMN users_from_day INTEGER;
UPDATE connections SET users_from_day = 0 WHERE NOT EXISTS (SELECT 1 FROM events);
-- The first days of the readings that the rules measure, by name, for which stored health was scored.
ALTER TABLE connections ADD COLUMN reading_days TEXT NOT NULL DEFAULT '{}';

-- How far the users of older events are counted: of customers before this one all, and of this one those of days before that day.
ALTER TABLE event_log ADD COLUMN users_counted_to_customer BIGINT NOT NULL DEFAULT 0;
ALTER TABLE event_log ADD COLUMN users_counted_to_day INTEGER NOT NULL DEFAULT 0;

-- The earliest reading of a name, of any customer.
CREATE INDEX readings_by_name ON readings (name, day, retracted_day, received_day);
