"""Attachments: which files and pictures are scanned, and what follows from what a scan found."""
