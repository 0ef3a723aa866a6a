"""The activity report as a format-independent document, from which DOCX, XLSX and PNG files are rendered."""
