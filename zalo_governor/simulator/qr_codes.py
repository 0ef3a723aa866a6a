"""The QR codes that the simulated id.zalo.me has given, and what has become of each."""

import asyncio
import secrets
from dataclasses import dataclass, field
from enum import StrEnum

from zalo_governor.simulator.errors import SimulatorError


class QrState(StrEnum):
    """How far a code has come."""

    SHOWN = "shown"
    SCANNED = "scanned"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    EXPIRED = "expired"


@dataclass
class QrCode:
    """One code and who scanned it."""

    visitor: str
    code: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    token: str = field(default_factory=lambda: f"https://qr.zalo.me/{secrets.token_urlsafe(48)}")
    """What the picture says to the app on a telephone."""
    state: QrState = QrState.SHOWN
    uid: str = ""
    name: str = ""


class QrCodes:
    """All codes; who waits for one is woken when anything happens."""

    def __init__(self) -> None:
        self._codes: dict[str, QrCode] = {}
        self._changed = asyncio.Condition()
        self._ended = False

    def give(self, visitor: str) -> QrCode:
        """A new code; an older one of the same visitor counts no longer."""
        for code in self._codes.values():
            if code.visitor == visitor and code.state is QrState.SHOWN:
                code.state = QrState.EXPIRED
        code = QrCode(visitor)
        self._codes[code.code] = code
        return code

    def of(self, visitor: str, code: str) -> QrCode | None:
        """The code, if it is that visitor's."""
        found = self._codes.get(code)
        return found if found and found.visitor == visitor else None

    def confirmed(self, visitor: str) -> QrCode | None:
        """The code by which a visitor has come in."""
        mine = (code for code in self._codes.values() if code.visitor == visitor)
        return next((code for code in mine if code.state is QrState.CONFIRMED), None)

    def all(self) -> list[dict[str, str]]:
        """Code and state of each, the oldest first."""
        return [{"code": code.code, "state": code.state.value} for code in self._codes.values()]

    def newest(self) -> QrCode:
        """The youngest code.

        Raises:
            SimulatorError: none was given yet.
        """
        if not self._codes:
            raise SimulatorError("no QR code was asked for yet")
        return next(reversed(self._codes.values()))

    async def change(self, code: QrCode, state: QrState) -> None:
        """Somebody with a telephone did something, or time went by.

        Raises:
            SimulatorError: that cannot happen to a code in this state.
        """
        if state not in _AFTER.get(code.state, ()):
            raise SimulatorError(f"the code is {code.state.value}: it cannot become {state.value}")
        async with self._changed:
            code.state = state
            self._changed.notify_all()

    async def left(self, code: QrCode, state: QrState, seconds: float) -> bool:
        """Wait until the code is no longer in that state; False when so many seconds have gone by."""
        try:
            async with asyncio.timeout(seconds), self._changed:
                await self._changed.wait_for(lambda: self._ended or code.state is not state)
        except TimeoutError:
            return False
        return True

    async def end(self) -> None:
        """Let go of everybody who waits."""
        async with self._changed:
            self._ended = True
            self._changed.notify_all()


_AFTER = {
    QrState.SHOWN: (QrState.SCANNED, QrState.EXPIRED),
    QrState.SCANNED: (QrState.CONFIRMED, QrState.DECLINED, QrState.EXPIRED),
}
