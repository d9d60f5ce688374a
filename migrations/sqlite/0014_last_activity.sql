-- The time of the latest thing that the customer did: invoices that we issue or void are not its doing. Customers whose
-- latest event was one of these are corrected. Where raw events were dropped, a day's midnight is the best that is known.
UPDATE customers SET last_activity_at = (
    SELECT MAX(done_at) FROM (
        SELECT occurred_at AS done_at FROM events
        WHERE customer_id = customers.id AND kind NOT IN ('invoice_issued', 'invoice_voided')
        AND NOT EXISTS (SELECT 1 FROM retractions WHERE event_id = events.id)
        UNION ALL
        SELECT day * 86400000000 FROM daily_activity
        WHERE customer_id = customers.id AND kind NOT IN ('invoice_issued', 'invoice_voided')
        GROUP BY day, kind, key HAVING SUM(count) > 0
    ) AS done
)
WHERE EXISTS (
    SELECT 1 FROM events WHERE customer_id = customers.id AND occurred_at = last_activity_at
    AND kind IN ('invoice_issued', 'invoice_voided')
);
