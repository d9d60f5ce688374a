-- The bands of a customer's last 365 days up to the one that its health is of, as runs: each is the number of its first day and
-- a letter (h healthy, a at risk, c churn risk, n no data). Null until the health is written next, which nothing has to ask for.
ALTER TABLE customers ADD COLUMN band_runs TEXT;

-- The changes that came over many customers at once. They are few, so that a period without any is told from one look.
CREATE INDEX band_changes_of_all ON band_changes (day, customer_id) WHERE cause IN ('rules', 'connections');
