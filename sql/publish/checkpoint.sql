-- purpose: everything written to the analysts' database is in its one file
CHECKPOINT published
