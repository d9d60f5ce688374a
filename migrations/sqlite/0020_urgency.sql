-- How urgently a customer needs somebody, in thousandths, before it is multiplied by the ARR; null when nobody is needed. ARR is
-- not in it: that changes by itself, and an unknown one counts as the median of the segment, which changes with others.
ALTER TABLE customers ADD COLUMN urgency BIGINT;
-- The day of the latest fall of the band that was not made good; null without one.
ALTER TABLE customers ADD COLUMN band_fell_day INTEGER;

-- Lists are ordered by the new column.
DROP INDEX customers_list;
CREATE INDEX customers_list ON customers (
    archived_day, band, score, change_7, change_30, renewal_day, arr_cents, segment, owner, owner_key, name_key, search_key,
    band_since_day, last_activity_at, login_frequency, feature_adoption, support_load, invoice_timeliness, api_trend, band_7,
    start_day, first_fact_day, urgency
);

-- The medians of known ARR.
CREATE INDEX customers_arr ON customers (segment, arr_cents) WHERE archived_day IS NULL AND arr_cents IS NOT NULL;

-- Every health is scored anew, with its urgency.
UPDATE customers SET scored_day = 0;
