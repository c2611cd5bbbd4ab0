"""Vendors' APIs on this machine, each its own process: for tests and rehearsals."""
