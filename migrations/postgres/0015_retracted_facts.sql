-- The fact that a retraction takes back, since its raw event may be dropped. Null where that was before this was kept.
ALTER TABLE retractions ADD COLUMN fact_customer_id BIGINT;
ALTER TABLE retractions ADD COLUMN fact_kind TEXT;
ALTER TABLE retractions ADD COLUMN fact_day INTEGER;
ALTER TABLE retractions ADD COLUMN fact_received_day INTEGER;

UPDATE retractions SET (fact_customer_id, fact_kind, fact_day, fact_received_day) =
    (SELECT customer_id, kind, day, received_day FROM events WHERE id = event_id);
