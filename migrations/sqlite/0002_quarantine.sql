-- What came in with others and was refused, until somebody has corrected or discarded it.
CREATE TABLE quarantine (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    -- As it was sent: JSON, or what should have been.
    content TEXT NOT NULL,
    -- The same thing sent again is the same row.
    content_hash TEXT NOT NULL UNIQUE,
    -- rejected or conflict
    verdict TEXT NOT NULL,
    -- JSON: the field errors.
    errors TEXT NOT NULL,
    first_received_at BIGINT NOT NULL,
    last_received_at BIGINT NOT NULL,
    times BIGINT NOT NULL
);
