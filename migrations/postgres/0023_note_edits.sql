-- Who changed a note's text last, and when. Null where nobody did.
ALTER TABLE notes ADD COLUMN edited_by TEXT;
ALTER TABLE notes ADD COLUMN edited_at BIGINT;
