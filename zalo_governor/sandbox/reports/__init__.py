"""Renders a report to a DOCX, XLSX or PNG file in a child process, which alone loads the large libraries for it."""
