-- Packed rows of user_days, which are gone from there. A week begins on the 1st, 8th, 15th or 22nd of its month. A kind of facts is a
-- line, and each of its days a line below it: the days since the week's first, the days until the receipt where that was another day (+1),
-- and behind a tab the users' numbers, each with the number of its facts where that is not 1 (*2).
CREATE TABLE user_weeks (
    customer_id BIGINT NOT NULL REFERENCES customers (id),
    first_day INTEGER NOT NULL,
    users TEXT NOT NULL,
    PRIMARY KEY (customer_id, first_day)
);

-- The names of these users, each with a line break behind it. A user's number is that of its line, from 0. A line is empty when its
-- user is in no week any more.
CREATE TABLE user_names (
    customer_id BIGINT PRIMARY KEY REFERENCES customers (id),
    names TEXT NOT NULL
);
