"""Display names, job titles and telephone numbers."""
