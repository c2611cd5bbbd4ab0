-- purpose: the file of the analysts' database is closed
DETACH published
