-- The segments of a version of the rules: names in their order, as JSON.
ALTER TABLE scorecards ADD COLUMN segments TEXT NOT NULL DEFAULT '["Enterprise","SMB","Startup"]';

-- A customer's earlier segment and start date, as they were known at the ends of the days before until_day (and after the row before).
-- The latest ones stand in customers.
CREATE TABLE former_customers (
    customer_id BIGINT NOT NULL REFERENCES customers (id),
    until_day INTEGER NOT NULL,
    segment TEXT NOT NULL,
    start_day INTEGER,
    came_back BOOLEAN NOT NULL,
    PRIMARY KEY (customer_id, until_day)
);

-- The day since which former_customers has every change. Null where the database never had a release that kept none.
ALTER TABLE origin ADD COLUMN history_day INTEGER;
UPDATE origin SET history_day = CAST(strftime('%s', 'now') AS INTEGER) / 86400 WHERE EXISTS (SELECT 1 FROM customers);
