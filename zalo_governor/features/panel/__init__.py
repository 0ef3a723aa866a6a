"""The way into the panel, the pages in a browser on which the desk works beside the chat."""
