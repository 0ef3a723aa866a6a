"""Display names, titles and telephone numbers."""
