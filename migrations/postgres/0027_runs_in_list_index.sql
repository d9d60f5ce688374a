-- Only SQLite has an index that answers lists and figures alone; it changes here.
SELECT 1;
