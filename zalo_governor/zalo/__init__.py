"""Communication with Zalo: login, socket, events, history and sending, on top of the unmodified zlapi package.

zlapi and zca-js are unofficial client libraries for Zalo, a chat service. Docstrings of this package refer to sections
of `docs/zalo-protocol.md`, which describes what Zalo's servers send and accept.
"""
