"""What a tick keeps for the next one, so that it costs what changed.

For every condition a few whole numbers and one truth a user, for every segment who is a
member. Derived, never the truth: it can be lost at any time and is counted anew.
"""
