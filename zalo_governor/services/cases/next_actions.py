"""The actions offered to an admin on a case: those that its state and the bot account's rights allow."""

from zalo_governor.domain.cases import Case, CaseMessage, CaseState
from zalo_governor.services.messaging.formatter import MessageFormatter
from zalo_governor.services.messaging.message_ids import MessageId
from zalo_governor.services.ports import UnitOfWork


def visible(uow: UnitOfWork, case: Case) -> list[CaseMessage]:
    """Return the case's messages still visible in the group: not known to be recalled or deleted."""
    return [message for message in uow.case_messages.of(case) if message.gone_at is None]


def may_answer(case: Case) -> bool:
    """Return whether an admin can still confirm the breach; if sealed, refer it to the authority for state secrets."""
    return case.may_become(CaseState.REFERRED if case.sealed else CaseState.CONFIRMED)


def answers(voice: MessageFormatter, case: Case) -> str:
    """Return a sentence naming the chat commands that decide the case, with a leading space; "" if none applies."""
    if may_answer(case):
        return voice.render(MessageId.ANSWER_BOTH, code=case.code)
    if case.may_become(CaseState.FALSE_ALARM):
        return voice.render(MessageId.ANSWER_FALSE_ALARM, code=case.code)
    return voice.render(MessageId.ANSWER_REVIEW, code=case.code) if case.may_become(CaseState.UNDER_REVIEW) else ""


def may_remove(uow: UnitOfWork, account: str, case: Case) -> bool:
    """Return whether the bot account can delete a message of the case in the group.

    It can if a message is visible and has a cliMsgId (the sender's own id of a message), and the account is owner or
    co-admin of the group; the latter is assumed if the program has not stored yet who is.
    """
    if not any(message.cli_key for message in visible(uow, case)):
        return False
    snapshot = uow.members.group_snapshot(case.group_id)
    return snapshot is None or account in {snapshot.owner_uid, *snapshot.co_admin_uids}
