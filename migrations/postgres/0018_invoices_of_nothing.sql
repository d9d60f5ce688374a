-- An invoice over nothing is on time, also when nobody pays it: whoever has one is scored anew.
UPDATE customers SET scored_day = 0 WHERE id IN (SELECT customer_id FROM invoices WHERE amount_cents = 0 AND issued_day IS NOT NULL);
