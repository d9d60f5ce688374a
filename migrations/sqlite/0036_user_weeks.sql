-- The rows of user_days of days that are over, packed, which are gone from there. A week begins on the 1st, 8th, 15th or 22nd of its
-- month. A kind of facts is a line; a user is a line below it: days since the week's first, with the number of facts where that is not
-- 1 (*2) and the days until their receipt where that was another day (+1), and behind a tab the name.
CREATE TABLE user_weeks (
    customer_id BIGINT NOT NULL REFERENCES customers (id),
    first_day INTEGER NOT NULL,
    users TEXT NOT NULL,
    PRIMARY KEY (customer_id, first_day)
) WITHOUT ROWID;
