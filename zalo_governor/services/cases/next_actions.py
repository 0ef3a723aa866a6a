"""What the desk is offered to do with a case: only what the case's state and the account's rights allow."""

from zalo_governor.domain.cases import Case, CaseMessage, CaseState
from zalo_governor.services.messaging.formatter import MessageFormatter
from zalo_governor.services.messaging.message_ids import MessageId
from zalo_governor.services.ports import UnitOfWork


def visible(uow: UnitOfWork, case: Case) -> list[CaseMessage]:
    """The messages of a case that are still to be seen in the group, as far as the program has heard."""
    return [message for message in uow.case_messages.of(case) if message.gone_at is None]


def may_answer(case: Case) -> bool:
    """Whether the desk can still say of it what it is."""
    return case.may_become(CaseState.REFERRED if case.sealed else CaseState.CONFIRMED)


def answers(voice: MessageFormatter, case: Case) -> str:
    """How the desk answers, as a sentence with a blank before it; "" where nothing can be said any more."""
    if may_answer(case):
        return voice.render(MessageId.ANSWER_BOTH, code=case.code)
    if case.may_become(CaseState.FALSE_ALARM):
        return voice.render(MessageId.ANSWER_FALSE_ALARM, code=case.code)
    return voice.render(MessageId.ANSWER_REVIEW, code=case.code) if case.may_become(CaseState.UNDER_REVIEW) else ""


def may_remove(uow: UnitOfWork, account: str, case: Case) -> bool:
    """Whether Zalo might remove a message of the case: one is there and has its ids, and the account may as far as is
    known."""
    if not any(message.cli_key for message in visible(uow, case)):
        return False
    snapshot = uow.members.group_snapshot(case.group_id)
    return snapshot is None or account in {snapshot.owner_uid, *snapshot.co_admin_uids}
