"""Tests mirror src; `oracle` says who is in, `cases` what must hold at each edge."""
