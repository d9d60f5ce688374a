-- This database's own name, made once: part of the ids that an export gives to customers and events without one.
CREATE TABLE origin (name TEXT NOT NULL);
INSERT INTO origin (name) VALUES (left(md5(random()::text || clock_timestamp()::text), 12));
