"""What the program does itself in a rehearsal: let a login be declined, log in, send texts of rising length."""

from datetime import datetime

from rich.console import Console

from zalo_governor.app.context import AppContext
from zalo_governor.cli.login.flow import Ending, SignIn, SignInError
from zalo_governor.cli.rehearse.hearing import Hearing
from zalo_governor.domain.clock import to_ms
from zalo_governor.domain.errors import SendDeferredError, SendError, SendRefusedError
from zalo_governor.domain.notices import Notice, Outgoing, Purpose
from zalo_governor.zalo.recording.known import Difference
from zalo_governor.zalo.recording.rehearsal import Observed, Outcome

_SIZES = (500, 1_000, 2_000, 2_200, 2_613, 3_000, 4_000)
"""Sizes of the texts in bytes (zalo-protocol.md, 14.9)."""
_ACCEPTED = 2_200
"""A text of this size is known to be accepted."""
_TOO_LONG = {112, 118}
_WORDS = "Tin thử độ dài của buổi diễn tập. "


def decline_login(records: AppContext, console: Console) -> Observed:
    """Show a QR code that the operator declines on the telephone; return whether Zalo's answer was understood."""
    now = records.clock()
    try:
        SignIn(records, console, qr_file=None, other_account=True).run()
    except SignInError as error:
        if error.ending is Ending.DECLINED:
            return Observed(outcome=Outcome.KNOWN, kind="qr/declined", event="qr", at=now)
        if error.ending is Ending.REFUSED:
            return Observed(outcome=Outcome.NOT_UNDERSTOOD, kind="qr/refused", at=now)
        console.print(str(error), markup=False, highlight=False, soft_wrap=True)
    return Observed(outcome=Outcome.NOT_SEEN, at=now)


def sign_in(records: AppContext, console: Console) -> Observed:
    """Let the operator log in by a QR code, unless there is a session file; raise SignInError if it fails."""
    if not records.settings.zalo.session_file.exists():
        SignIn(records, console, qr_file=None, other_account=True).run()
    return Observed(outcome=Outcome.KNOWN, kind="login", event="login", at=records.clock())


def send_long_texts(hearing: Hearing, group_id: str, console: Console, now: datetime) -> Observed:
    """Send texts of 500 to 4000 bytes to the test group until Zalo refuses one; return sizes and Zalo's error code."""
    accepted, refused, code = 0, 0, 0
    for size in _SIZES:
        text = (_WORDS * size).encode()[:size].decode(errors="ignore").ljust(1)
        notice = Notice(
            account=hearing.session.uid, thread_id=group_id, is_group=True, text=text, purpose=Purpose.SYSTEM,
            group_id=group_id, created_at=now,
        )  # fmt: skip
        outgoing = Outgoing(id=0, client_id=to_ms(now) + size, attempts=0, repeated=False, notice=notice)
        try:
            hearing.client.send(outgoing)
        except SendError as error:
            unknown = isinstance(error, SendDeferredError) and not error.known
            if not isinstance(error, SendRefusedError) and not unknown:
                # The network, the session or Zalo's rate limit: this says nothing about the limit of length.
                said = f"Tin {size} byte chưa gửi được ({error}). Chờ ít phút rồi chạy lại lệnh vừa gõ."
                raise SignInError(Ending.NO_NETWORK, said) from error
            code, refused = getattr(error, "code", None) or 0, size
            console.print(f"  {size} byte: Zalo không nhận, mã {code}", highlight=False)
            break
        accepted = size
        console.print(f"  {size} byte: Zalo nhận", highlight=False)
    differences = []
    if accepted < _ACCEPTED:
        differences.append(Difference("accepted", (f"int={_ACCEPTED}",), f"int={accepted}"))
    if refused and code not in _TOO_LONG:
        differences.append(Difference("code", tuple(f"int={known}" for known in sorted(_TOO_LONG)), f"int={code}"))
    return Observed(
        outcome=Outcome.DIFFERENT if differences else Outcome.KNOWN,
        kind="send/long",
        event="send",
        structure={"accepted": f"int={accepted}", "refused": f"int={refused}", "code": f"int={code}"},
        differences=tuple(differences),
        at=now,
    )
