-- JSON: the scores, in tenths, of the days one, two ... weeks before `scored_day`, the earliest first; null without data.
ALTER TABLE customers ADD COLUMN trend TEXT NOT NULL DEFAULT '[]';

-- Every health is scored anew, with its trend.
UPDATE customers SET scored_day = 0;
