"""The QR codes for logging in that the simulated site id.zalo.me has issued, and their states."""

import asyncio
import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum

from zalo_governor.simulator.errors import SimulatorError


class QrState(StrEnum):
    """State of a login QR code.

    A code is shown in the browser, then scanned with the phone app, then the login is confirmed or declined in the app.
    A code that is not confirmed or declined in time expires.
    """

    SHOWN = "shown"
    SCANNED = "scanned"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    EXPIRED = "expired"


@dataclass
class QrCode:
    """A login QR code.

    Attributes:
        visitor: Id of the browser session that requested the code.
        code: Id of the code, by which the browser asks for its state.
        uid: uid of the person who has scanned the code; "" before that.
        name: Display name of that person.
    """

    visitor: str
    code: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    token: str = field(default_factory=lambda: f"https://qr.zalo.me/{secrets.token_urlsafe(48)}")
    """The text encoded in the QR picture, which the phone app reads."""
    state: QrState = QrState.SHOWN
    uid: str = ""
    name: str = ""


class QrCodes:
    """All QR codes that the login site has issued; lets coroutines wait until the state of a code changes."""

    def __init__(self) -> None:
        self._codes: dict[str, QrCode] = {}
        self._changed = asyncio.Condition()
        self._ended = False

    def give(self, visitor: str) -> QrCode:
        """Issue a QR code to a visitor (browser session); the visitor's older codes that nobody has scanned expire."""
        for code in self._codes.values():
            if code.visitor == visitor and code.state is QrState.SHOWN:
                code.state = QrState.EXPIRED
        code = QrCode(visitor)
        self._codes[code.code] = code
        return code

    def of(self, visitor: str, code: str) -> QrCode | None:
        """Return the QR code with the id `code` if it was issued to this visitor (browser session), else None."""
        found = self._codes.get(code)
        return found if found and found.visitor == visitor else None

    def confirmed(self, visitor: str) -> QrCode | None:
        """Return the QR code by which the visitor (browser session) is logged in, or None if not logged in."""
        mine = (code for code in self._codes.values() if code.visitor == visitor)
        return next((code for code in mine if code.state is QrState.CONFIRMED), None)

    def all(self) -> list[dict[str, str]]:
        """Return the id and state of every issued QR code, oldest first."""
        return [{"code": code.code, "state": code.state.value} for code in self._codes.values()]

    def newest(self) -> QrCode:
        """Return the QR code that was issued last.

        Raises:
            SimulatorError: no code has been issued yet.
        """
        if not self._codes:
            raise SimulatorError("no QR code was asked for yet")
        return next(reversed(self._codes.values()))

    async def change(self, code: QrCode, state: QrState) -> None:
        """Change the state of a QR code and wake the coroutines that wait for a change.

        Raises:
            SimulatorError: a code in its present state cannot change to `state`.
        """
        if state not in _NEXT_STATES.get(code.state, ()):
            raise SimulatorError(f"the code is {code.state.value}: it cannot become {state.value}")
        async with self._changed:
            code.state = state
            self._changed.notify_all()

    async def left(self, code: QrCode, state: QrState, seconds: float) -> None:
        """Wait until a QR code's state is no longer `state`, for at most `seconds`, or until the simulator stops."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds), self._changed:
                await self._changed.wait_for(lambda: self._ended or code.state is not state)

    async def end(self) -> None:
        """Wake all coroutines that wait for a QR code, because the simulator is stopping."""
        async with self._changed:
            self._ended = True
            self._changed.notify_all()


_NEXT_STATES = {
    QrState.SHOWN: (QrState.SCANNED, QrState.EXPIRED),
    QrState.SCANNED: (QrState.CONFIRMED, QrState.DECLINED, QrState.EXPIRED),
}
