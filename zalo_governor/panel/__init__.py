"""The panel: web pages for admins, leaders and others with a role, beside the chat; in a process of its own.

It has no logic of its own: a button carries out a chat command (`features/chat/command_book.py`), with the same audit
entry, and a page shows what the commands read.
"""
