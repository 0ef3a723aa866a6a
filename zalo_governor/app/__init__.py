"""The running program: composes, starts, monitors and stops all components."""
