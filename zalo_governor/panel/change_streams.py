"""Notifies open pages of changes, by server-sent events (HTML standard, 9.2)."""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from zalo_governor.domain.people import DESK, Person
from zalo_governor.panel.live import Changes, case_of, mark_of
from zalo_governor.panel.office import Office
from zalo_governor.panel.sessions import Sessions
from zalo_governor.storage.queries.panel import PanelQueries

_CHECK_SECONDS = 15.0
"""How often an open page's session is checked; the stream ends if the person has logged out or lost the role."""
_LOOK_SECONDS = 4.0
"""How often the page of a case is told who else has the case open."""
_STREAMS = 12
"""Most open pages of one person that are notified of changes."""


class ChangeStreams:
    """Streams of server-sent events that notify open pages of changes, and of who else has the same case open.

    `thread` runs a blocking function in a thread and is awaited for the result.
    """

    def __init__(
        self, office: Office, sessions: Sessions, changes: Changes, thread: Callable[..., Awaitable[Any]]
    ) -> None:
        self._office = office
        self._sessions = sessions
        self._changes = changes
        self._thread = thread
        self._open: Counter[int] = Counter()
        """Id of a person -> number of open pages."""

    def too_many(self, person: Person) -> bool:
        """Return whether the person has 12 open streams, the most that one person may have."""
        return self._open[person.id] >= _STREAMS

    async def serve(self, request: web.Request, secret: str, person: Person) -> web.StreamResponse:
        """Send an event to an open page after each change in the groups in which the person has a role.

        `secret` is the secret of the person's session; when the session ends, so does the stream, with the event
        `ended`.
        """
        groups = self._groups_of(person)
        response = web.StreamResponse(headers={"X-Accel-Buffering": "no"})
        response.content_type = "text/event-stream"
        self._open[person.id] += 1
        queue = self._changes.listen(groups, request.query.get("dau", ""))
        case_id = None
        try:
            case_id = await self._thread(self._open_case, person, request.query.get("trang", ""))
            await response.prepare(request)
            await response.write(b"retry: 3000\n\n")
            while now := await self._thread(self._sessions.person, secret):
                if self._groups_of(now) != groups:
                    return response  # The page connects again, for the groups in which the person now has a role.
                if case_id is not None:
                    self._office.presence.look(case_id, person.id)
                try:
                    async with asyncio.timeout(_CHECK_SECONDS if case_id is None else _LOOK_SECONDS):
                        said = await queue.get()
                except TimeoutError:
                    said = "alive"
                if said is None:
                    return response  # The page connects again once the panel runs again.
                looking = await self._thread(self._looking, case_id, person.id)
                await response.write(f"event: {said}\ndata: {looking}\n\n".encode())
            await response.write(b"event: ended\ndata: 1\n\n")
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self._open[person.id] -= 1
            self._changes.forget(queue)
            if case_id is not None:
                self._office.presence.leave(case_id, person.id)
        return response

    def mark(self, connection: Connection, person: Person) -> str:
        """Return the mark of a page made now for the person, by which its stream finds what has changed since then."""
        return mark_of(PanelQueries(connection).stamps(), self._groups_of(person))

    def _groups_of(self, person: Person) -> frozenset[str]:
        return frozenset(group.id for group in self._office.policy.governed if person.roles_in(group.id))

    def _open_case(self, person: Person, path: str) -> int | None:
        """Return the id of the case whose page is open; None for other pages and for people who are no admins."""
        case_id = case_of(path)
        if case_id is None:
            return None
        with self._office.units.begin(reading=True) as uow:
            case = uow.cases.get(case_id)
        return case.id if case and person.holds(case.group_id, *DESK) else None

    def _looking(self, case_id: int | None, person_id: int) -> str:
        """Return the names of the other people who have the case open, as a JSON list."""
        others = [] if case_id is None else self._office.presence.others(case_id, person_id)
        if not others:
            return "[]"
        with self._office.units.begin(reading=True) as uow:
            named = [self._office.policy.voice.named(uow.people.get(one)) for one in others]
        return json.dumps(list(map(str, named)))
