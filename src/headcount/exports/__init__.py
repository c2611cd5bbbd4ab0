"""Exports: the members of one tick as a file for people or for machines."""
