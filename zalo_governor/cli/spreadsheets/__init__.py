"""Spreadsheets: XLSX and CSV files as rows of text, and back. What stands in the rows is other rooms' business."""
