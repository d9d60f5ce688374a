-- Which rules were tried on which departures, and when for the first time: those in the `horizon` days after `day`. The more are
-- tried, the more likely one is good by chance; rules that were made after a look may be fitted to what was seen.
CREATE TABLE looks (
    day INTEGER NOT NULL,
    horizon BIGINT NOT NULL,
    -- "version 3", or "suggestion 3" for the rules suggested in place of that version.
    rules TEXT NOT NULL,
    looked_at BIGINT NOT NULL,
    PRIMARY KEY (day, horizon, rules)
);
