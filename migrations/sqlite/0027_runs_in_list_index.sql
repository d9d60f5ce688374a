-- The runs of bands join the index that lists and figures read: without them the chart of ARR by band read whole rows.
DROP INDEX customers_list;
CREATE INDEX customers_list ON customers (
    archived_day, band, score, change_7, change_30, renewal_day, arr_cents, segment, owner, owner_key, name_key, search_key,
    band_since_day, last_activity_at, login_frequency, feature_adoption, support_load, invoice_timeliness, api_trend, band_7,
    start_day, first_fact_day, urgency, band_runs
);
