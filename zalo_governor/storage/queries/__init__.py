"""Queries that only read: statistics, exports, the lists of the panel."""
