"""What every feature speaks with: the texts and their formatting, notices, commands, and the policy that they share."""
