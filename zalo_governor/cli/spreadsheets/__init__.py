"""Writing XLSX and CSV files."""
