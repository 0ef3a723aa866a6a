"""Unmodified zlapi 1.0.3 against the simulator, in a process of its own: prints one JSON line for each thing it sees.

zlapi knows only Zalo's own hosts, so the one change is made outside of it: every `requests` session gets an adapter
that sends to the simulator and puts the address back afterwards. Arguments: base URL, then the text to send.
"""

import json
import os
import sys
import threading
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from zlapi import ZaloAPI
from zlapi.models import Message, ThreadType

GROUP = "8000000000000000001"
MEMBER = "7000000000000000002"


class ToSimulator(HTTPAdapter):
    """Sends everything to the simulator; cookies are still judged by Zalo's own hosts."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self._base = urlsplit(base)

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        original = str(request.url)
        parts = urlsplit(original)
        request.url = parts._replace(scheme=self._base.scheme, netloc=self._base.netloc).geturl()
        request.headers["X-Orig-Host"] = parts.netloc
        response = super().send(request, *args, **kwargs)
        request.url = original
        return response


def say(what: str, **facts: Any) -> None:
    """One line for the test."""
    sys.stdout.write(json.dumps({"what": what, **facts}) + "\n")
    sys.stdout.flush()


def on_message(_bot: Any, *heard: Any) -> None:
    """A message, as zlapi hands it on."""
    msg_id, author, text, _, thread, kind = heard
    say("message", msg_id=msg_id, author=author, text=text, thread=thread, group=kind is ThreadType.GROUP)


def on_event(_bot: Any, event: Any, kind: Any) -> None:
    """A group event, as zlapi hands it on."""
    say("event", act=kind.name, members=[member["id"] for member in event.updateMembers or []])


def on_error(_bot: Any, error: Any, *_time: Any) -> None:
    """Whatever goes wrong inside zlapi's listener."""
    say("error", error=repr(error))


HANDLERS = {
    "onListening": lambda _bot: say("listening"),
    "onMessage": on_message,
    "onEvent": on_event,
    "onErrorCallBack": on_error,
}


def route_to(base: str) -> None:
    """Give every session that is made from now on the adapter."""
    plain = requests.sessions.Session.__init__

    def routed(session: requests.Session) -> None:
        plain(session)
        session.mount("https://", ToSimulator(base))

    setattr(requests.sessions.Session, "__init__", routed)  # noqa: B010


def main(base: str, text: str) -> None:
    """Log in, look around, listen, send."""
    route_to(base)
    bot = type("Bot", (ZaloAPI,), HANDLERS)("", "", imei="00000000-test", cookies={"zpw_sek": "any"})
    say("login", uid=bot.uid())
    say("group", info=bot.fetchGroupInfo(GROUP).gridInfoMap[GROUP])
    say("profile", profiles=bot.fetchUserInfo(MEMBER).changed_profiles)
    say("groups", ids=list(bot.fetchAllGroups().gridVerMap))
    say("recent", texts=[message["content"] for message in bot.getRecentGroup(GROUP).groupMsgs])
    threading.Thread(target=bot.listen, daemon=True).start()
    for line in sys.stdin:
        thread, kind = (GROUP, ThreadType.GROUP) if line.strip() == "group" else (MEMBER, ThreadType.USER)
        say("sent", msg_id=bot.send(Message(text=text), thread, kind).msgId)
    # zlapi's ping timer would keep the process for three minutes.
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
