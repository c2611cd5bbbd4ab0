"""Vendors' segments APIs behind one protocol; the only users of the HTTP client."""
