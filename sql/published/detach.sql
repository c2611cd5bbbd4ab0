-- purpose: the analysts' database is closed again
DETACH shown
