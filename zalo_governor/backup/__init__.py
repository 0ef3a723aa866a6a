"""What is kept and how it survives: backups and what is made of them, upgrades."""
