"""Recalls, deletions and reactions find their message on both databases, whatever comes first and whoever hears it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.integration.line import LEADER, Line, line
from tests.unit.storage.stored import BOT, GROUP, MEMBER, OTHER, START, HandClock
from zalo_governor.domain.inbound import RawDict, Source
from zalo_governor.domain.message_acts import ActState
from zalo_governor.domain.people import GroupSnapshot, Member
from zalo_governor.features.facade import FeatureFacade
from zalo_governor.simulator.messages import DeletionKind, deletion_of, reaction_to, recall_of
from zalo_governor.simulator.world import Device
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.maintenance.retention import Terms, sweep
from zalo_governor.storage.repositories.message_acts import MessageActs
from zalo_governor.storage.schema import cases, message_acts

UNMARKED = "kinh gui cac dong chi, de nghi cac don vi gui bao cao ve van phong truoc ngay mai"
SECRET = "TUYỆT MẬT: kế hoạch phòng thủ của tỉnh Mẫu năm 2027"
ORDER = "Giao Sở Y tế báo cáo số liệu tiêm chủng về UBND tỉnh trước 17h ngày 26/11."
CLI = "1790000000123"
SECOND = "7000000000000000777"
SHAPES = pytest.mark.parametrize("device", list(Device))


@pytest.fixture
def bot(database: Database, clock: HandClock) -> Iterator[Line]:
    with line(database, clock) as made:
        yield made


def states(bot: Line) -> list[str]:
    with bot.database.read() as connection:
        return list(connection.scalars(select(cases.c.state).order_by(cases.c.id)))


def acts(bot: Line) -> list[str]:
    with bot.database.read() as connection:
        return list(connection.scalars(select(message_acts.c.state).order_by(message_acts.c.event_id)))


def lead(bot: Line, *deputies: str) -> None:
    """Zalo says who leads the group."""
    snapshot = GroupSnapshot(group_id=GROUP, name="Nhóm", owner_uid=LEADER, co_admin_uids=deputies)
    with bot.units.begin() as uow:
        uow.members.save_group(bot.account, snapshot, [Member(uid=MEMBER, display_name="Lò Thị Mẫu")], bot.clock())


def same_person(bot: Line, uid: str) -> None:
    """The account sees under this uid the person whom another account sees under another one."""
    with bot.units.begin() as uow:
        uow.people.find_or_create(bot.account, uid)
        uow.members.link_global_ids(bot.account, [Member(uid=uid, display_name="Mẫu", global_id="G1")])


def recall(bot: Line, message: RawDict, device: Device = Device.PHONE, **changes: Any) -> RawDict:
    return bot.message(**(recall_of(message, device) | changes))


def delete(bot: Line, *messages: RawDict, by: str, device: Device = Device.PHONE) -> RawDict:
    return bot.message(by=by, **_without_sender(deletion_of(messages, by, DeletionKind.ALL, device)))


def react(bot: Line, *messages: RawDict, by: str, icon: str = "/-strong", device: Device = Device.PHONE) -> RawDict:
    return bot.message(by=by, **_without_sender(reaction_to(messages, by, icon, device)))


def _without_sender(fields: RawDict) -> RawDict:
    return {name: value for name, value in fields.items() if name != "uidFrom"}


def an_order(bot: Line, **changes: Any) -> RawDict:
    """A directive for the agency of MEMBER, who is in the group; not said yet."""
    lead(bot)
    return bot.message(ORDER, by=LEADER, **changes)


def silent(bot: Line) -> list[bool]:
    with bot.units.begin() as uow:
        return [one.silent for one in uow.directives.assignees(1)]


@SHAPES
def test_a_recall_withdraws_the_case(bot: Line, device: Device) -> None:
    said = bot.message(UNMARKED)
    bot.say(said)
    bot.say(recall(bot, said, device))
    assert states(bot) == ["remedied"]
    assert acts(bot) == [ActState.APPLIED]


@SHAPES
@pytest.mark.parametrize("text", [UNMARKED, SECRET], ids=["stored", "sealed"])
@pytest.mark.parametrize("source", [Source.LIVE, Source.BACKFILL])
def test_a_recall_that_comes_before_its_message_is_applied_with_it_also_after_a_restart(
    database: Database, clock: HandClock, device: Device, text: str, source: Source
) -> None:
    with line(database, clock) as bot:
        said = bot.message(text)
        bot.say(recall(bot, said, device))
        assert acts(bot) == [ActState.WAITING]
    with line(database, clock) as bot:
        bot.hear(said, source=source)
        bot.settle()
        assert states(bot) == ["remedied"]
        assert acts(bot) == [ActState.APPLIED]


@pytest.mark.parametrize("heard_before", [False, True], ids=["at once", "at the next sync"])
def test_a_message_that_only_another_account_hears_meets_the_recall_that_waits_for_it(
    bot: Line, database: Database, clock: HandClock, heard_before: bool
) -> None:
    said = bot.message(UNMARKED)
    if heard_before:  # so that the bot knows in memory that nothing waits
        bot.say(bot.message("Kính chào các đồng chí"))
    with line(database, clock, SECOND) as second:
        second.say(recall(second, said, uidFrom="7000000000000000999"))
        same_person(bot, MEMBER)
        same_person(second, "7000000000000000999")
        bot.say(said)
        if heard_before:
            assert "remedied" not in states(bot)
            with second.units.begin() as uow:
                FeatureFacade(second.policy).after_sync(uow, GROUP)
    assert states(bot) == ["remedied"]


def test_of_two_who_share_a_client_s_id_each_recalls_only_the_own_message(bot: Line) -> None:
    mine = bot.message(UNMARKED, cliMsgId=CLI)
    theirs = bot.message(UNMARKED + " nhe", by=OTHER, cliMsgId=CLI)
    bot.say(mine, theirs)
    assert len(states(bot)) == 2
    bot.say(recall(bot, theirs))
    assert states(bot) == ["new", "remedied"] or states(bot) == ["reminded", "remedied"]


def test_somebody_else_s_recall_with_the_same_client_s_id_withdraws_nothing(bot: Line) -> None:
    said = bot.message(UNMARKED)
    bot.say(said)
    before = states(bot)
    bot.say(recall(bot, said, uidFrom=OTHER), recall(bot, said, Device.DESKTOP, uidFrom=OTHER))
    assert states(bot) == before
    assert acts(bot) == [ActState.WAITING, ActState.DOUBTFUL]
    with bot.units.begin() as uow:
        assert uow.statistics.coverage(GROUP, START - timedelta(days=1), START + timedelta(days=1)).unclear == 2


def test_a_revised_message_is_one_message(bot: Line) -> None:
    said = bot.message(UNMARKED)
    bot.say(said)
    bot.say(said | {"content": UNMARKED + " nhe"})
    bot.say(recall(bot, said))
    assert set(states(bot)) == {"remedied"}


def test_two_messages_of_one_author_with_the_same_client_s_id_are_not_told_apart(bot: Line) -> None:
    first, second = bot.message(UNMARKED, cliMsgId=CLI), bot.message(UNMARKED + " nhe", cliMsgId=CLI)
    bot.say(first, second)
    bot.say(recall(bot, first))
    assert "remedied" not in states(bot)
    assert acts(bot) == [ActState.DOUBTFUL]


@SHAPES
def test_a_deputy_s_deletion_withdraws_and_a_member_s_claim_waits_for_the_next_sync(bot: Line, device: Device) -> None:
    asked: list[str] = []
    with line(bot.database, bot.clock, sync_soon=asked.append) as bot:
        said, other = bot.message(UNMARKED), bot.message(UNMARKED + " nhe", by=LEADER)
        bot.say(said, other)
        lead(bot, OTHER)
        bot.say(delete(bot, said, by=OTHER, device=device))
        assert "remedied" in states(bot)
        before = states(bot)
        bot.say(delete(bot, other, by=MEMBER, device=device))
        assert (states(bot), acts(bot)) == (before, [ActState.APPLIED, ActState.CLAIMED])
        assert asked == [GROUP]


@pytest.mark.parametrize(("deputies", "state"), [((OTHER,), ActState.APPLIED), ((), ActState.DOUBTFUL)])
def test_after_the_sync_a_claim_is_settled(bot: Line, deputies: tuple[str, ...], state: ActState) -> None:
    said = bot.message(UNMARKED)
    bot.say(said)
    bot.say(delete(bot, said, by=OTHER))
    lead(bot, *deputies)
    with bot.units.begin() as uow:
        FeatureFacade(bot.policy).after_sync(uow, GROUP)
    assert acts(bot) == [state]
    assert ("remedied" in states(bot)) is (state is ActState.APPLIED)
    lead(bot, OTHER)
    with bot.units.begin() as uow:
        FeatureFacade(bot.policy).after_sync(uow, GROUP)
    assert acts(bot) == [state]


def test_a_thumb_from_a_phone_acknowledges_and_the_removal_of_all_icons_takes_it_back(bot: Line) -> None:
    order = an_order(bot)
    bot.say(order)
    assert silent(bot) == [True]
    bot.say(react(bot, order, by=MEMBER))
    bot.say(react(bot, order, by=MEMBER, icon=":-(("))
    assert silent(bot) == [False]
    bot.say(react(bot, order, by=MEMBER, icon=""))
    assert silent(bot) == [True]


def test_a_thumb_that_comes_before_the_order_counts(bot: Line) -> None:
    order = an_order(bot)
    bot.say(react(bot, order, by=MEMBER))
    bot.say(order)
    assert silent(bot) == [False]
    assert acts(bot) == [ActState.APPLIED]


def test_icons_that_came_before_the_order_and_were_removed_before_it_do_not_count(bot: Line) -> None:
    order = an_order(bot)
    bot.say(react(bot, order, by=MEMBER))
    bot.say(react(bot, order, by=MEMBER, icon=""))
    bot.say(order)
    assert silent(bot) == [True]


def test_a_reaction_to_a_client_s_id_that_two_share_acknowledges_nothing(bot: Line) -> None:
    order = an_order(bot, cliMsgId=CLI)
    bot.say(order, bot.message("Xin chào các đồng chí", by=OTHER, cliMsgId=CLI))
    thumb = react(bot, order, by=MEMBER)
    unsigned = thumb | {"content": thumb["content"].replace(f', "msgSender": {LEADER}', "")}
    bot.say(unsigned)
    assert silent(bot) == [True]
    assert acts(bot) == [ActState.DOUBTFUL]
    bot.say(react(bot, order, by=MEMBER))
    assert silent(bot) == [False]


def test_the_bot_s_own_messages_are_found_too(bot: Line) -> None:
    notice = bot.message("Nhắc ý kiến", by="0")
    early = react(bot, notice | {"uidFrom": BOT}, by=MEMBER)
    bot.say(early)
    assert acts(bot) == [ActState.WAITING]
    bot.say(notice)
    assert acts(bot) == [ActState.APPLIED]
    bot.say(react(bot, notice | {"uidFrom": BOT}, by=OTHER))
    assert acts(bot) == [ActState.APPLIED]


def test_ordinary_messages_ask_nothing_though_acts_wait(bot: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    bot.say(recall(bot, bot.message(UNMARKED)))
    bot.say(bot.message("Kính gửi các đồng chí"))
    asked: list[object] = []
    for name in ("waiting_for", "awaited", "named"):
        monkeypatch.setattr(MessageActs, name, lambda *args: asked.append(args))
    bot.say(bot.message("Chào các đồng chí"))
    assert asked == []


def test_only_so_many_wait_and_all_are_forgotten_in_time(bot: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zalo_governor.storage.repositories.message_acts._MOST_WAITING", 3)
    for _ in range(5):
        bot.say(recall(bot, bot.message(UNMARKED)))
    assert sorted(acts(bot)) == [ActState.DOUBTFUL] * 2 + [ActState.WAITING] * 3
    kept = timedelta(days=365)
    terms = Terms(kept, kept, kept, kept, kept, kept)
    sweep(bot.database, terms, bot.clock() + timedelta(days=29), lambda: False)
    assert len(acts(bot)) == 5
    sweep(bot.database, terms, bot.clock() + timedelta(days=31), lambda: False)
    assert acts(bot) == []
