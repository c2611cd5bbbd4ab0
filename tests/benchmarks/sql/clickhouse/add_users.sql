-- purpose: the users of a file are in the table; those whom nobody knows yet wait
-- params: files
-- grain: adds one row a user
INSERT INTO users
SELECT "user", coalesce(known_from, 9223372036854775807), plan, country, seats, signup
FROM file({files:String}, 'Parquet')
