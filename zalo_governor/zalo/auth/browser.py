"""User agent and imei (Zalo's id of a browser) that the program presents to Zalo; both stay the same in a session."""

import hashlib
import uuid

USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"


def new_imei(user_agent: str) -> str:
    """Return a new imei (browser id) in Zalo Web's form: `<uuid4>-<md5 of the user agent>` (zalo-protocol.md, 2.1)."""
    return f"{uuid.uuid4()}-{hashlib.md5(user_agent.encode(), usedforsecurity=False).hexdigest()}"
