"""Scripts that train the shipped models from the shipped texts."""
