"""How fast: against peers that do the same work in the same run (interface.md §9)."""
