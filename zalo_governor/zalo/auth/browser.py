"""User agent and imei (browser id) that the program presents to Zalo; an installation keeps both for its session."""

import hashlib
import uuid

USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"


def new_imei(user_agent: str) -> str:
    """Return a new browser id in the form Zalo Web uses, `<uuid4>-<md5 of the user agent>` (protocol page 2.1)."""
    return f"{uuid.uuid4()}-{hashlib.md5(user_agent.encode(), usedforsecurity=False).hexdigest()}"
