"""What runs in child processes, because it is large or reads what strangers sent."""
