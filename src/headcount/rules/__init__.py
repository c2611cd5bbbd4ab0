"""What a definition means: its ranges, its words, and how it is computed. Pure."""
