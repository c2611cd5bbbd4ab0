"""The engines that headcount is measured beside, each at its best on the same events.

A peer holds the events in a table ordered by event, user and time, with integer codes
for both and typed columns for the properties, and the users with the latest values of
their attributes. It answers one query a segment.
"""
