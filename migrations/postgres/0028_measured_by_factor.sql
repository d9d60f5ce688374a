-- What was measured of a customer is kept by factor from now on. Every health is scored anew, which writes it so.
UPDATE customers SET scored_day = 0;
