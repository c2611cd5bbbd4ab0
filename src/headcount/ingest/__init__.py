"""Event files become rows of the store: each event once, nothing bad silently."""
