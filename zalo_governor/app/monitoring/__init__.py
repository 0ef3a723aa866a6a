"""What a monitoring system, the service manager and the doctor ask of the running bot; it tells no word of anybody."""
