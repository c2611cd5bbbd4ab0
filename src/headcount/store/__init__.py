"""What is on disk: the store, files that are whole or absent, SQL by name."""
