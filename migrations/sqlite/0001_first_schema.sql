-- The whole first schema. The same tables and columns exist for SQLite and PostgreSQL; a test compares them.
--
-- Days are whole UTC days since 1970-01-01, times are microseconds since then (suffixes _day and _at): integers
-- mean the same in both databases, and no time zone can creep in.

-- A customer with its health of today. One wide table, so that every filter, sort and count of the list reads one table.
CREATE TABLE customers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    -- What lists filter and sort by comes first: PostgreSQL reaches a row's first columns fastest.
    -- Null: active.
    archived_day INTEGER,
    -- Health as of `scored_day` (below). In tenths of a point; the scores are null while the band is no_data, so that
    -- they sort last and are in no mean.
    band TEXT NOT NULL DEFAULT 'no_data',
    score BIGINT,
    login_frequency BIGINT,
    feature_adoption BIGINT,
    support_load BIGINT,
    invoice_timeliness BIGINT,
    api_trend BIGINT,
    -- The score's change since 7, 30 and 90 days before; null where one of the two days has no data.
    change_7 BIGINT,
    change_30 BIGINT,
    change_90 BIGINT,
    -- The band seven days before, and the day since which it is what it is.
    band_7 TEXT NOT NULL DEFAULT 'no_data',
    band_since_day INTEGER NOT NULL DEFAULT 0,
    segment TEXT NOT NULL,
    -- Null: unknown.
    arr_cents BIGINT,
    renewal_day INTEGER,
    start_day INTEGER,
    -- The day of the earliest fact that counts, and the time of the latest.
    first_fact_day INTEGER,
    last_activity_at BIGINT,
    -- Lower-cased by us, since the databases disagree about letters beyond ASCII; sorted by code point in both.
    name_key TEXT NOT NULL,
    owner_key TEXT,
    external_key TEXT,
    owner TEXT,

    -- What else staff edit.
    name TEXT NOT NULL,
    external_id TEXT UNIQUE,
    crm_url TEXT,
    archived_reason TEXT,
    -- Grows with every edit; an edit of an older version is refused.
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    -- Generated: can be taken out again, with all its facts.
    is_demo BOOLEAN NOT NULL,

    -- The days of the earliest facts that count, per factor. Kept with the customer, so that `connections` is a
    -- minimum over customers rather than over all facts.
    first_login_day INTEGER,
    first_feature_day INTEGER,
    first_ticket_day INTEGER,
    first_invoice_day INTEGER,
    first_api_day INTEGER,

    -- The day of the health above, under this scorecard and these connections. When one of the three is not current,
    -- the health is stale and is scored anew.
    scored_day INTEGER NOT NULL DEFAULT 0,
    scorecard_version BIGINT NOT NULL DEFAULT 0,
    connections_version BIGINT NOT NULL DEFAULT 0,
    -- JSON: the few numbers from which the whole health can be computed without its facts.
    measured TEXT NOT NULL DEFAULT '{}'
);

-- Every column that a list's filters and sorts read, so that they scan this rather than the whole rows.
CREATE INDEX customers_list ON customers (
    archived_day, band, score, change_7, change_30, renewal_day, arr_cents, segment, owner, owner_key, name_key, external_key,
    band_since_day, last_activity_at, login_frequency, feature_adoption, support_load, invoice_timeliness, api_trend, band_7,
    start_day, first_fact_day
);
-- The owners to choose from, in order.
CREATE INDEX customers_owner ON customers (owner_key, owner);
-- What the roll-over has to score anew.
CREATE INDEX customers_scored ON customers (scored_day, scorecard_version, connections_version);
CREATE INDEX customers_demo ON customers (id) WHERE is_demo;

-- The truth: append-only, never changed. Ids grow in the order events were received.
CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id BIGINT NOT NULL REFERENCES customers (id),
    kind TEXT NOT NULL,
    source TEXT NOT NULL,
    message_id TEXT,
    occurred_at BIGINT NOT NULL,
    day INTEGER NOT NULL,
    received_at BIGINT NOT NULL,
    received_day INTEGER NOT NULL,
    -- JSON: the event's body.
    payload TEXT NOT NULL,
    -- Set for the invoice kinds, to find what is known about an invoice.
    invoice_number TEXT
);

-- The timeline, whole (newest first) or of one kind, counted without reading the events.
CREATE INDEX events_timeline ON events (customer_id, occurred_at, id, kind);
CREATE INDEX events_invoice ON events (customer_id, invoice_number) WHERE invoice_number IS NOT NULL;

-- Which message ids have been used, for ever: a repeat is recognised by its content's hash. No foreign key: it would
-- need an index that costs every write, for the one deletion there is (of generated customers).
CREATE TABLE event_keys (
    source TEXT NOT NULL,
    message_id TEXT NOT NULL,
    event_id BIGINT NOT NULL,
    content_hash TEXT NOT NULL,
    PRIMARY KEY (source, message_id)
) WITHOUT ROWID;

-- A retraction is a fact of its own: the event stays as it was and no longer counts.
CREATE TABLE retractions (
    event_id BIGINT PRIMARY KEY REFERENCES events (id),
    reason TEXT NOT NULL,
    retracted_at BIGINT NOT NULL
);

-- What scoring reads: how often something happened per customer and UTC day, changed in the transaction of the event.
-- `key` is the feature of feature_use and empty otherwise. A retraction counts -n on the day it was received, so that
-- the sum over received days is what is known now, and the sum up to one of them is what was known then.
CREATE TABLE daily_activity (
    customer_id BIGINT NOT NULL REFERENCES customers (id),
    day INTEGER NOT NULL,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    received_day INTEGER NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (customer_id, day, kind, key, received_day)
) WITHOUT ROWID;

-- An invoice's life, derived from its events in whatever order they arrive. Without issued_day only a payment or a
-- void is known so far; amount and currency are then 0 and empty.
CREATE TABLE invoices (
    customer_id BIGINT NOT NULL REFERENCES customers (id),
    number TEXT NOT NULL,
    amount_cents BIGINT NOT NULL,
    currency TEXT NOT NULL,
    issued_day INTEGER,
    due_day INTEGER,
    paid_day INTEGER,
    voided_day INTEGER,
    PRIMARY KEY (customer_id, number)
) WITHOUT ROWID;

-- One row: per factor the day of the earliest fact of any customer, from which on its source is connected. `version`
-- grows when that changes any score that is stored.
CREATE TABLE connections (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    version BIGINT NOT NULL,
    login_day INTEGER,
    feature_day INTEGER,
    ticket_day INTEGER,
    invoice_day INTEGER,
    api_day INTEGER
);

INSERT INTO connections (id, version) VALUES (1, 1);

-- The rules of scoring; the highest version is current.
CREATE TABLE scorecards (
    version BIGINT PRIMARY KEY,
    -- JSON
    content TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    author TEXT NOT NULL,
    note TEXT NOT NULL
);

CREATE TABLE notes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id BIGINT NOT NULL REFERENCES customers (id),
    author TEXT NOT NULL,
    text TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE INDEX notes_customer ON notes (customer_id, created_at, id);
