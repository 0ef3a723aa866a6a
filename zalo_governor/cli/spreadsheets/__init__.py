"""Reading and writing XLSX and CSV files as rows of text cells."""
