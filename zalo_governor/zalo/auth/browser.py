"""The browser that the program passes for. Zalo ties a session to both, so an installation keeps them."""

import hashlib
import uuid

USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"


def new_imei(user_agent: str) -> str:
    """An id of a browser as Zalo Web makes it once and keeps it: `<uuid4>-<md5 of the user agent>` (page 2.1)."""
    return f"{uuid.uuid4()}-{hashlib.md5(user_agent.encode(), usedforsecurity=False).hexdigest()}"
