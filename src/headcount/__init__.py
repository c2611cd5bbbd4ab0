"""headcount: exactly who is in every behavioural segment, every quarter hour."""

__version__ = "0.1.0"
