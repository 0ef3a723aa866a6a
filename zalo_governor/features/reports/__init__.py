"""The group's activity report: collecting its figures, rendering it, and sending it on schedule; also digests."""
