"""The trial period, in which only the admins get messages, and the introduction to the group."""
