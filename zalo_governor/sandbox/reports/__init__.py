"""Renders a report document to a DOCX, XLSX or PNG file, in a child process that alone loads the large libraries."""
