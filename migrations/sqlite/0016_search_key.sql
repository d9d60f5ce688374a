-- What searches find customers by: name and external id without case and accents, made by us. Null until it is made, and then
-- the row is otherwise as an older release wrote it.
ALTER TABLE customers ADD COLUMN search_key TEXT;

-- Searches read the new column.
DROP INDEX customers_list;
CREATE INDEX customers_list ON customers (
    archived_day, band, score, change_7, change_30, renewal_day, arr_cents, segment, owner, owner_key, name_key, search_key,
    band_since_day, last_activity_at, login_frequency, feature_adoption, support_load, invoice_timeliness, api_trend, band_7,
    start_day, first_fact_day
);
CREATE INDEX customers_to_normalise ON customers (id) WHERE search_key IS NULL;
