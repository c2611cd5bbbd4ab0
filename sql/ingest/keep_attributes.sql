-- purpose: the staged attributes that say something new
-- grain: one row a user, key, instant and value that no earlier file told
-- columns: line, user_id, at, key (null: a record without keys), value
CREATE OR REPLACE TEMP TABLE kept_attributes AS
SELECT line, user_id, "at", key, value FROM told_attributes WHERE origin IS NULL
