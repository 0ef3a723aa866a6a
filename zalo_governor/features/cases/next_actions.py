"""The actions offered to an admin on a case: those that its state and the bot account's rights allow."""

from zalo_governor.domain.cases import Case, CaseMessage, CaseState
from zalo_governor.messaging.formatter import MessageFormatter
from zalo_governor.messaging.templates import TextId
from zalo_governor.storage.unit_of_work import UnitOfWork


def visible(uow: UnitOfWork, case: Case) -> list[CaseMessage]:
    """Return the case's messages still visible in the group: not known to be recalled or deleted."""
    return [message for message in uow.case_messages.of(case) if message.gone_at is None]


def may_answer(case: Case) -> bool:
    """Return whether an admin can still confirm that the case is a breach.

    For a suspected state secret, which admins cannot confirm: whether it can still be referred to the
    authority that decides what is secret.
    """
    return case.may_become(CaseState.REFERRED if case.secret else CaseState.CONFIRMED)


def should_tell_leader(case: Case) -> bool:
    """Return whether an admin should tell the leader of a suspected state secret, which no admin has done yet."""
    return case.secret and case.leader_told_by is None


def answers(voice: MessageFormatter, case: Case) -> str:
    """Return a sentence, with a leading space, naming the chat commands that can still decide the case; "" if none."""
    if may_answer(case):
        return voice.render(TextId("answer_sealed") if case.secret else TextId("answer_both"), code=case.code)
    if case.may_become(CaseState.FALSE_ALARM):
        return voice.render(TextId("answer_false_alarm"), code=case.code)
    return voice.render(TextId("answer_review"), code=case.code) if case.may_become(CaseState.UNDER_REVIEW) else ""


def may_remove(uow: UnitOfWork, account: str, case: Case) -> bool:
    """Return whether the bot account can delete a message of the case in the group.

    The message must be visible still and have a cliMsgId (the sender's own id of a message), and the account must be
    owner or co-admin of the group. While the owner and co-admins are unknown, it is assumed to be one of them.
    """
    if not any(message.cli_key for message in visible(uow, case)):
        return False
    snapshot = uow.members.group_snapshot(case.group_id)
    return snapshot is None or account in snapshot.admin_uids
