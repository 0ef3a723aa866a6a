"""Reading and writing XLSX and CSV files as rows of text, whatever their content."""
