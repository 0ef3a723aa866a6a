"""The login QR codes that the simulated id.zalo.me has issued, and their states."""

import asyncio
import secrets
from dataclasses import dataclass, field
from enum import StrEnum

from zalo_governor.simulator.errors import SimulatorError


class QrState(StrEnum):
    """State of a login QR code."""

    SHOWN = "shown"
    SCANNED = "scanned"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    EXPIRED = "expired"


@dataclass
class QrCode:
    """One login QR code: the browser session that requested it, and the person who scanned it."""

    visitor: str
    code: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    token: str = field(default_factory=lambda: f"https://qr.zalo.me/{secrets.token_urlsafe(48)}")
    """The text encoded in the QR picture, which the phone app reads."""
    state: QrState = QrState.SHOWN
    uid: str = ""
    name: str = ""


class QrCodes:
    """All issued QR codes; wakes coroutines that wait for a code's state to change."""

    def __init__(self) -> None:
        self._codes: dict[str, QrCode] = {}
        self._changed = asyncio.Condition()
        self._ended = False

    def give(self, visitor: str) -> QrCode:
        """Issue a new code to a visitor (a browser session) and expire the visitor's older unscanned codes."""
        for code in self._codes.values():
            if code.visitor == visitor and code.state is QrState.SHOWN:
                code.state = QrState.EXPIRED
        code = QrCode(visitor)
        self._codes[code.code] = code
        return code

    def of(self, visitor: str, code: str) -> QrCode | None:
        """Return the QR code with this id if it was issued to the visitor, else None."""
        found = self._codes.get(code)
        return found if found and found.visitor == visitor else None

    def confirmed(self, visitor: str) -> QrCode | None:
        """Return the confirmed code with which the visitor has logged in, or None."""
        mine = (code for code in self._codes.values() if code.visitor == visitor)
        return next((code for code in mine if code.state is QrState.CONFIRMED), None)

    def all(self) -> list[dict[str, str]]:
        """Return id and state of every code, oldest first."""
        return [{"code": code.code, "state": code.state.value} for code in self._codes.values()]

    def newest(self) -> QrCode:
        """Return the code issued last.

        Raises:
            SimulatorError: no code has been issued yet.
        """
        if not self._codes:
            raise SimulatorError("no QR code was asked for yet")
        return next(reversed(self._codes.values()))

    async def change(self, code: QrCode, state: QrState) -> None:
        """Move a code to another state (scanned, confirmed, declined or expired) and wake waiting coroutines.

        Raises:
            SimulatorError: the code cannot go from its present state to that state.
        """
        if state not in _NEXT_STATES.get(code.state, ()):
            raise SimulatorError(f"the code is {code.state.value}: it cannot become {state.value}")
        async with self._changed:
            code.state = state
            self._changed.notify_all()

    async def left(self, code: QrCode, state: QrState, seconds: float) -> bool:
        """Wait until the code is no longer in `state`; return False if it still is after so many seconds."""
        try:
            async with asyncio.timeout(seconds), self._changed:
                await self._changed.wait_for(lambda: self._ended or code.state is not state)
        except TimeoutError:
            return False
        return True

    async def end(self) -> None:
        """Wake all waiting coroutines, because the simulator is stopping."""
        async with self._changed:
            self._ended = True
            self._changed.notify_all()


_NEXT_STATES = {
    QrState.SHOWN: (QrState.SCANNED, QrState.EXPIRED),
    QrState.SCANNED: (QrState.CONFIRMED, QrState.DECLINED, QrState.EXPIRED),
}
