"""Notices about the beginning and the end of an outage, in which the bot receives nothing from Zalo."""

from collections.abc import Callable
from datetime import datetime

from zalo_governor.domain.connection import LineReport, LineState
from zalo_governor.domain.notices import NO_GROUP
from zalo_governor.messaging.formatter import moment
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.messaging.speaker import Speaker
from zalo_governor.messaging.templates import TextId
from zalo_governor.storage.unit_of_work import BeginUnitOfWork

ELSEWHERE = {LineState.DUPLICATE: TextId("elsewhere_session"), LineState.KICKED: TextId("elsewhere_account")}
"""State of the connection -> text saying how the account is used elsewhere, for which the program disconnected."""

_REFUSED = {LineState.REFUSED: TextId("blind_refused"), LineState.SESSION_DEAD: TextId("blind_session_dead")}
"""State of the connection -> text saying that Zalo no longer accepts the session."""


class OutageNotices(Speaker):
    """Sender of notices about outages, in which nothing is received from Zalo, by a second channel (e-mail or webhook).

    The end of an outage is reported in messages over Zalo, too. Implements `pipeline.liveness.Alarm`.

    Args:
        tell: sends (subject, text) by e-mail or webhook.
        on_posted: called when notices were put into the outbox.
    """

    def __init__(
        self,
        policy: ServicePolicy,
        *,
        tell: Callable[[str, str], None],
        begin: BeginUnitOfWork,
        on_posted: Callable[[], None],
    ) -> None:
        super().__init__(policy)
        self._tell = tell
        self._begin = begin
        self._on_posted = on_posted

    def outage_began(self, since: datetime, line: LineReport | None) -> None:
        """Report, by e-mail or webhook, an outage: nothing has been received from Zalo since `since`.

        `line` is the state of the connection, which may tell the cause.
        """
        subject, text = TextId("blind_subject"), self._voice.render(TextId("blind"), since=moment(since))
        if line and line.resumes_at:
            subject, elsewhere = TextId("blind_elsewhere_subject"), ELSEWHERE[line.state]
            about = {"since": moment(since), "why": self._voice.render(elsewhere), "until": moment(line.resumes_at)}
            text = self._voice.render(TextId("blind_elsewhere"), **about)
        elif line and line.state in _REFUSED:
            subject, text = (
                TextId("blind_refused_subject"),
                self._voice.render(_REFUSED[line.state], since=moment(since)),
            )
        self._tell(self._voice.render(subject), text)

    def outage_ended(self, since: datetime, until: datetime) -> None:
        """Report, by Zalo and by e-mail or webhook, that the outage from `since` to `until` is over."""
        lasted = self._voice.lasted(until - since)
        text = self._voice.render(TextId("seeing"), since=moment(since), until=moment(until), minutes=lasted)
        # The transaction comes first: it may fail, and the caller then repeats the call.
        with self._begin() as uow:
            self._post.to_desk(uow, text, group_id=NO_GROUP)
        self._tell(self._voice.render(TextId("seeing_subject")), text)
        self._on_posted()
