-- The key's columns come first: SQLite 3.40's integrity_check sees NULLs elsewhere.
-- The days on which anybody had a fact, by kind of event: from them follows which source has fallen silent. A day is known at the
-- ends of the days from known_from_day on and before known_to_day; 2147483647 is never.
CREATE TABLE fact_days (
    day INTEGER NOT NULL,
    kind TEXT NOT NULL,
    known_to_day INTEGER NOT NULL,
    known_from_day INTEGER NOT NULL,
    PRIMARY KEY (day, kind, known_to_day)
) WITHOUT ROWID;

WITH received AS (
    SELECT day, kind, received_day, SUM(count) AS count FROM daily_activity GROUP BY day, kind, received_day
), known AS (
    SELECT day, kind, received_day, SUM(count) OVER of_day > 0 AS is_known FROM received
    WINDOW of_day AS (PARTITION BY day, kind ORDER BY received_day)
), turning AS (
    SELECT day, kind, received_day, is_known, LAG(is_known) OVER of_day AS was_known FROM known
    WINDOW of_day AS (PARTITION BY day, kind ORDER BY received_day)
), turned AS (
    SELECT day, kind, received_day, is_known, LEAD(received_day) OVER of_day AS next_day FROM turning
    WHERE is_known <> COALESCE(was_known, FALSE)
    WINDOW of_day AS (PARTITION BY day, kind ORDER BY received_day)
)
INSERT INTO fact_days (day, kind, known_from_day, known_to_day)
SELECT day, kind, received_day, COALESCE(next_day, 2147483647) FROM turned WHERE is_known;
