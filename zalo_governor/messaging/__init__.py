"""What all features share to communicate with people: texts and their formatting, notices, commands, the policy."""
