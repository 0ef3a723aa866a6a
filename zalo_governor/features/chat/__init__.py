"""What people type to the bot: which command it is, who may use it, and how it is answered."""
