-- What searches find customers by: name and external id without case and accents, made by us. Null until it is made, and then
-- the row is otherwise as an older release wrote it.
ALTER TABLE customers ADD COLUMN search_key TEXT COLLATE "C";

CREATE INDEX customers_to_normalise ON customers (id) WHERE search_key IS NULL;
