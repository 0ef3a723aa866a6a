"""Which message a recall, deletion or reaction is about, and whether it counts (zalo-protocol.md, 14.1 to 14.3)."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.features.desk import BOT, GROUP, UIDS, UNMARKED, Desk, to
from tests.unit.features.directives.ledger import ORDER, LedgerDesk
from zalo_governor.domain.directives import DirectiveState
from zalo_governor.domain.events import DeletionScope, EventBase, MessageRecalled, MessageRef, Reacted
from zalo_governor.domain.message_acts import ActState
from zalo_governor.domain.people import GroupSnapshot

CLI = "1790000000123"


def recall(desk: Desk, who: str, **target: str) -> None:
    values: dict[str, Any] = {"account": BOT, "thread_id": GROUP, "sender_uid": UIDS[who], "at": desk.now}
    desk.hear(MessageRecalled(target=MessageRef(**target), **values))


def react(desk: Desk, who: str, *targets: MessageRef, icon: str = "/-strong") -> None:
    values: dict[str, Any] = {"account": BOT, "thread_id": GROUP, "sender_uid": UIDS[who], "at": desk.now}
    desk.hear(Reacted(targets=targets, icon=icon, **values))


def states(desk: Desk) -> list[ActState]:
    return [act.state for act in desk.store.acts]


def say(desk: Desk, who: str = "member", cli_key: str = CLI) -> EventBase:
    return desk.say(who, "noi dung", UNMARKED, cli_key=cli_key)


def test_a_recall_from_a_phone_is_found_by_its_sender_and_the_client_s_id() -> None:
    desk = Desk()
    say(desk)
    recall(desk, "member", cli_key=CLI)
    assert desk.states() == ["remedied"]


def test_a_client_s_id_alone_never_names_a_recalled_message() -> None:
    desk = Desk()
    say(desk)
    recall(desk, "stranger", cli_key=CLI)
    assert (desk.states(), states(desk)) == (["reminded"], [ActState.WAITING])


def test_an_id_of_zalo_that_is_not_here_is_no_reason_to_take_another_message() -> None:
    desk = Desk()
    say(desk)
    desk.delete("admin", targets=(MessageRef(key="99", cli_key=CLI),))
    assert (desk.states(), states(desk)) == (["reminded"], [ActState.WAITING])


def test_what_is_no_id_of_a_client_names_nothing() -> None:
    desk = Desk()
    say(desk, cli_key="số của tôi")
    recall(desk, "member", cli_key="số của tôi")
    assert (desk.states(), states(desk)) == (["reminded"], [ActState.DOUBTFUL])


@pytest.mark.parametrize(
    ("who", "deputy", "changes", "state"),
    [
        ("admin", True, {}, ActState.APPLIED),
        ("admin", True, {"action_type": 0}, ActState.APPLIED),
        ("leader", False, {}, ActState.APPLIED),
        ("member", False, {}, ActState.CLAIMED),
        ("admin", False, {}, ActState.CLAIMED),
        ("bot", True, {}, None),
        ("bot", True, {"action_type": 0}, None),
        ("admin", True, {"type": 4, "scope": DeletionScope.CONVERSATION}, None),
        ("bot", True, {"type": 4, "scope": DeletionScope.CONVERSATION}, None),
        ("admin", True, {"type": 1}, ActState.DOUBTFUL),
        ("admin", True, {"type": 9, "scope": DeletionScope.UNKNOWN}, ActState.DOUBTFUL),
        ("admin", True, {"type": None, "scope": DeletionScope.UNKNOWN}, ActState.DOUBTFUL),
        ("admin", True, {"action_type": 7}, ActState.DOUBTFUL),
        ("member", False, {"type": 1, "is_group": False, "thread_id": UIDS["member"]}, None),
        ("member", False, {"type": 2, "is_group": False, "scope": DeletionScope.CONVERSATION}, None),
    ],
)
def test_only_a_deletion_of_a_message_by_the_owner_or_a_deputy_counts(
    who: str, deputy: bool, changes: dict[str, Any], state: ActState | None
) -> None:
    desk = LedgerDesk()
    order = desk.order(ORDER)
    said = desk.say("member", "noi dung", UNMARKED)
    desk.delete(who, order.key, said.key, deputy=deputy, **changes)
    applied = state is ActState.APPLIED
    assert desk.states() == ["remedied" if applied else "reminded"]
    assert (desk.directive().state is DirectiveState.WITHDRAWN) is applied
    assert states(desk) == ([] if state is None else [state] * 2)
    assert (GROUP in desk.looked_at) is (state is ActState.CLAIMED)


def test_a_deleted_message_s_case_can_be_reviewed() -> None:
    desk = Desk()
    desk.delete("admin", say(desk).key)
    desk.say("admin", "/xacnhan VP1", place="private")
    assert desk.states() == ["confirmed"]


def test_a_claim_counts_if_the_next_sync_shows_that_the_deleter_is_a_deputy_and_never_later() -> None:
    for deputy in (True, False):
        desk = Desk()
        desk.delete("stranger", say(desk).key, deputy=False)
        if deputy:
            desk.store.group = GroupSnapshot(
                group_id=GROUP, name="", owner_uid=UIDS["leader"], co_admin_uids=(UIDS["stranger"],)
            )
        desk.office.after_sync(desk.uow, GROUP)
        assert desk.states() == ["remedied" if deputy else "reminded"]
        assert states(desk) == [ActState.APPLIED if deputy else ActState.DOUBTFUL]


def test_a_reaction_names_several_messages_and_each_counts() -> None:
    desk = LedgerDesk()
    first, second = desk.order(ORDER), desk.order(ORDER.replace("tiêm chủng", "dịch bệnh"))
    react(desk, "y_te", MessageRef(key=first.key), MessageRef(key=second.key))
    assert [desk.entries(number)["Sở Y tế"].silent for number in (1, 2)] == [False, False]


def test_a_person_s_icons_are_a_set_that_one_removal_clears() -> None:
    desk = LedgerDesk()
    order = MessageRef(key=desk.order(ORDER).key)
    react(desk, "y_te", order)
    react(desk, "y_te", order, icon=":-((")
    assert not desk.entries()["Sở Y tế"].silent
    react(desk, "y_te", order, icon="/-heart")
    react(desk, "y_te", order, icon="")
    assert desk.entries()["Sở Y tế"].silent


def test_a_doubtful_reaction_is_nobody_s_acknowledgement_and_people_see_that_there_is_one() -> None:
    desk = LedgerDesk()
    desk.order(ORDER, cli_key=CLI)
    desk.say("noi_vu", "Kính chào các đồng chí", cli_key=CLI)
    react(desk, "y_te", MessageRef(cli_key=CLI))
    assert desk.entries()["Sở Y tế"].silent
    assert states(desk) == [ActState.DOUBTFUL]
    react(desk, "y_te", MessageRef(cli_key=CLI, author_uid=UIDS["leader"]))
    assert not desk.entries()["Sở Y tế"].silent
    desk.store.coverage_now = desk.store.coverage_now.model_copy(update={"unclear": 1})
    desk.take()
    desk.say("admin", "/trangthai", place="private")
    assert "1 thông báo thu hồi, xóa hoặc thả cảm xúc không rõ" in to(desk.take(), "admin")[0]


_AUTHORS = ("member", "report_reader")
_PEOPLE = (*_AUTHORS, "stranger", "admin")
_REFS = st.fixed_dictionaries(
    {
        "key": st.sampled_from(["", "m1", "m2", "99"]),
        "cli_key": st.sampled_from(["", CLI, "1790000000124", "x"]),
        "author_uid": st.sampled_from(["", *(UIDS[who] for who in _PEOPLE)]),
    }
)


@settings(deadline=None)
@given(acts=st.lists(st.tuples(st.sampled_from(_PEOPLE), _REFS, st.sampled_from(["recall", "delete"])), max_size=6))
def test_no_recall_and_no_member_s_deletion_ever_withdraws_what_another_person_wrote(
    acts: list[tuple[str, dict[str, str], str]],
) -> None:
    desk = Desk()
    for who in _AUTHORS:
        say(desk, who)
    for who, target, kind in acts:
        if kind == "recall":
            recall(desk, who, **target)
        else:
            desk.delete(who, deputy=False, targets=(MessageRef(**target),))
    for number, author in enumerate(_AUTHORS, 1):
        may = any(
            who == author and kind == "recall" and (target["key"] == f"m{number}" or target["cli_key"] == CLI)
            for who, target, kind in acts
        )
        assert may or desk.store.book[number].state.value == "reminded"
