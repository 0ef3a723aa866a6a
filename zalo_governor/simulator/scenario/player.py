"""The player, which performs the acts of a scenario at their times.

A higher speed only shortens the pauses between the acts; messages carry the real time at which they are sent.
"""

import asyncio
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from zalo_governor.domain.inbound import RawDict
from zalo_governor.simulator.event_bus import EventBus
from zalo_governor.simulator.messages import is_private
from zalo_governor.simulator.scenario import acts
from zalo_governor.simulator.scenario.acts import AnyAct
from zalo_governor.simulator.scenario.performer import Performer
from zalo_governor.simulator.scenario.scenario import Scenario

_SETTLE_SECONDS = 1.0
"""Seconds between the first client's connection and the first act, in which the client fetches group and history."""
_RECONNECT_SECONDS = 60.0


class Player:
    """Player of a scenario: performs its acts (what simulated people do) once the first client has connected.

    `speed` is the number of scenario seconds that pass in a real second; None takes the scenario's own value.
    """

    def __init__(self, stage: EventBus, scenario: Scenario, speed: float | None = None) -> None:
        self._stage = stage
        self._scenario = scenario
        self._speed = speed or scenario.speed
        self._uids = scenario.uids
        self._sent: dict[str, RawDict] = {}
        self._performer = Performer(stage, scenario.group.id, self._uids, self._sent)

    async def play(self) -> None:
        """Wait until the first client connects, then perform every act at its time; record each in the request log."""
        await self._stage.hub.opened.wait()
        await asyncio.sleep(_SETTLE_SECONDS)
        self._stage.ledger.note("start", title=self._scenario.title, acts=len(self._scenario.play))
        began = time.monotonic()
        for at, act in self._timeline():
            await asyncio.sleep(max(0.0, (at - self._scenario.start) / self._speed - (time.monotonic() - began)))
            if act is None:
                self._stage.hub.cut = False
                self._note("restored", at)
                began += await self._reconnected()
            else:
                await self.perform(act)
        self._stage.ledger.note("end", seconds=round(time.monotonic() - began, 1))

    async def _reconnected(self) -> float:
        """Wait until a client has connected again, for a minute at most; return the seconds that it took.

        A client's pause before it tries again is random, and the acts that follow are no part of the outage.
        """
        began = time.monotonic()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stage.hub.opened.wait(), _RECONNECT_SECONDS)
        return time.monotonic() - began

    async def perform(self, act: AnyAct) -> None:
        """Perform one act now.

        The act is recorded in the request log's journal before any client receives the event that it causes.
        """
        message = self._performer.message(act)
        if message is None:
            self._note_act(act, text=_display_text(act), where="group")
        else:
            if act.id:
                self._sent[act.id] = message
            where = "private" if is_private(message) else "group"
            self._note_act(act, text=_display_text(act, message), msg_id=message["msgId"], where=where)
        await self._performer.perform(act, message, aloud=not self._stage.hub.cut)

    def _timeline(self) -> list[tuple[float, AnyAct | None]]:
        """Return (time in seconds since midnight, act) of all acts in order of time.

        An additional entry with None instead of an act stands for the end of each network outage.
        """
        return sorted(self._timed_acts(), key=lambda moment: moment[0])

    def _timed_acts(self) -> Iterator[tuple[float, AnyAct | None]]:
        for act in self._scenario.play:
            yield act.at, act
            if isinstance(act, acts.Cut):
                yield act.at + act.minutes * 60, None

    def _note_act(self, act: AnyAct, **more: Any) -> None:
        uid = self._uids.get(act.by, "")
        name = self._stage.world.person(uid).name if uid else ""
        if isinstance(act, acts.Join | acts.Remove | acts.Admin | acts.Owner):
            more["member"] = self._uids[act.who]
            more["text"] = self._stage.world.person(more["member"]).name
        expect = act.expect.model_dump(exclude_defaults=True)
        self._note(act.act, act.at, id=act.id, uid=uid, who=name, cut=self._stage.hub.cut, expect=expect, **more)

    def _note(self, kind: str, at: float, **more: Any) -> None:
        minutes, seconds = divmod(int(at), 60)
        clock = f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"
        self._stage.ledger.note(kind, clock=clock, at_ms=self._stage.world.now_ms(), **more)


def _display_text(act: AnyAct, message: RawDict | None = None) -> str:
    """Return a short text that describes an act in the journal, such as the words said; "" if there is none."""
    if message and isinstance(act, acts.Follow):
        return str(message["content"])
    if isinstance(act, acts.Setting):
        return ", ".join(f"{flag}={value}" for flag, value in act.flags.items())
    for name in ("text", "caption", "name", "title", "question", "description", "picture", "url", "icon"):
        value = getattr(act, name, "")
        if value:
            return str(value)
    return ""
