"""Access to the panel: pages in a browser on which the admins work, besides the chat."""
