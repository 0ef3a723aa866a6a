"""The running bot: builds, starts, monitors and stops all components."""
