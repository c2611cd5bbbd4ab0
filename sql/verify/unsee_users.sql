-- purpose: the users are those of today again
DROP TABLE IF EXISTS temp.users
