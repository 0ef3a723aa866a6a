"""Fetches pictures of groups, off the judge's path: what is to be fetched outlives the process."""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from zalo_governor.domain.errors import GovernorError
from zalo_governor.domain.pictures import Looked, Picture
from zalo_governor.services.group_changes.notifications import Telling
from zalo_governor.services.policy import OfficePolicy
from zalo_governor.services.ports import BeginUnitOfWork, UnitOfWork

log = structlog.get_logger(__name__)

_AGAIN = tuple(timedelta(seconds=seconds) for seconds in (2, 15, 60))
"""How long to wait before each further try."""


class Pictures:
    """Looks at what is wanted, and tells how a new picture compares with the one before.

    Args:
        fetch: gets the bytes of a picture from Zalo.
        look: makes hash and thumbnail of them, None where they are no picture.
        on_settled: called when something may have been put into the outbox.
    """

    def __init__(
        self,
        policy: OfficePolicy,
        *,
        fetch: Callable[[str], bytes],
        look: Callable[[bytes], Looked | None],
        begin: BeginUnitOfWork,
        on_settled: Callable[[], None],
    ) -> None:
        self._policy = policy
        self._fetch = fetch
        self._look = look
        self._begin = begin
        self._on_settled = on_settled
        self._telling = Telling(policy)

    def next_due(self) -> datetime | None:
        """When `act` has to be called next; None where nothing waits."""
        with self._begin() as uow:
            return uow.pictures.next_due(self._policy.account)

    def act(self, now: datetime) -> None:
        """Fetch everything that is due. The call itself is made outside any transaction."""
        with self._begin() as uow:
            due = uow.pictures.due(self._policy.account, now)
        for picture in due:
            looked = self._looked(picture)
            with self._begin() as uow:
                if looked is None and picture.attempts < len(_AGAIN):
                    uow.pictures.retry(picture, self._policy.clock() + _AGAIN[picture.attempts])
                else:
                    uow.pictures.settle(picture, looked)
                    self._tell(uow, picture)
            self._on_settled()

    def _looked(self, picture: Picture) -> Looked | None:
        try:
            return self._look(self._fetch(picture.address))
        except GovernorError as error:
            log.warning("picture_not_fetched", group=picture.group_id, error=type(error).__name__)
            return None

    def _tell(self, uow: UnitOfWork, picture: Picture) -> None:
        case = uow.cases.get(picture.case_id) if picture.case_id else None
        if case:
            self._telling.pictures(uow, case, picture.address)
