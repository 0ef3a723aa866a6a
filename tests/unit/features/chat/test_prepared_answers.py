"""Answers that take long to read: worked out before the transaction that stores the message, and once."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.unit.features.desk import Desk, to
from zalo_governor.domain.events import MessageSent
from zalo_governor.features.reports.commands import Report, Wanted
from zalo_governor.messaging.commands import Answer, Call
from zalo_governor.storage.unit_of_work import UnitOfWork


class Asked(Desk):
    """A desk that counts how often a report is worked out, and in how many transactions that only read."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__()
        self.worked_out = self.readings = 0
        answer = Report.answer

        def counted(command: Report, call: Call, argument: Wanted) -> Answer:
            self.worked_out += 1
            return answer(command, call, argument)

        monkeypatch.setattr(Report, "answer", counted)

    @contextmanager
    def transaction(self, *, reading: bool = False) -> Iterator[UnitOfWork]:
        self.readings += reading
        yield self.uow

    def ask(self, who: str, line: str) -> None:
        event = self.message(who, line, place="private").model_copy(update={"id": self._next + 1})
        assert isinstance(event, MessageSent)
        self.office.prepare(self.transaction, event)
        self.hear(event)


def test_the_report_is_worked_out_once_and_in_a_transaction_that_only_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Asked(monkeypatch)
    desk.ask("leader", "/baocao tuần")
    assert (desk.worked_out, desk.readings) == (1, 1)
    assert "BÁO CÁO" in to(desk.take(), "leader")[0]


@pytest.mark.parametrize(("who", "line"), [("member", "/baocao"), ("leader", "/trogiup"), ("leader", "xin chào")])
def test_what_may_not_be_asked_or_takes_no_time_is_not_prepared(
    who: str, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Asked(monkeypatch)
    desk.ask(who, line)
    assert desk.worked_out == 0


def test_what_was_not_prepared_is_worked_out_when_it_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Asked(monkeypatch)
    desk.say("leader", "/baocao", place="private")
    assert (desk.worked_out, desk.readings) == (1, 0)
